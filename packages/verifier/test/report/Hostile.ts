/** Text that a file may hold and a page must only show. */
export const hostile: ReadonlyArray<string> = [
  "<script>globalThis.hacked = true</script>",
  "</script><script>globalThis.hacked = true</script>",
  "</style><script>globalThis.hacked = true</script>",
  "</title><script>globalThis.hacked = true</script>",
  `"><img src="http://127.0.0.1:9/x" onerror="globalThis.hacked = true">`,
  "' onfocus='globalThis.hacked = true' autofocus='",
  "<!--",
  "<![CDATA[ ]]>",
  "&lt;b&gt; &amp; &#60;",
  "` \u0024{globalThis.hacked = true}",
  "\u202eevil\u202c \u2066right\u2069",
  "line\r\nbreak\tand \u0000\u001b[31m\u007f\u0085",
  "lone \ud800 surrogate, \u200bzero width, \ufeff, no\u00a0break",
  "\u05d0\u05d1\u05d2 and \u4e2d\u6587 and \u{1f600}",
  `0x${"f".repeat(5000)}`,
];

/** What has to be seen in its place. */
export const seen = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u00a0]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
