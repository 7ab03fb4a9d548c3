/** Control characters but line feed and tab, what turns the direction of writing, what has no width, and tags. */
const invisible =
  // oxlint-disable-next-line no-control-regex -- these are what it is for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** Somebody else's words without what moves a terminal's cursor, hides letters or turns them round. */
export function withoutInvisible(text: string): string {
  return text.replaceAll(invisible, "");
}

/** The same with such characters written out, `\\u202e`: where a name is told of that is refused because of them. */
export function withInvisibleShown(text: string): string {
  return text.replaceAll(invisible, (sign) => {
    const code = (sign.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
  });
}
