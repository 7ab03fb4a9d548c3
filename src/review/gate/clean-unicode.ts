/** As much of a letter as a reader of any script needs; more is a tower of marks over the lines around it. */
const marksMax = 4;
const towers = new RegExp(String.raw`(\p{M}{${marksMax}})\p{M}+`, "gu");

/** Control characters, direction marks, zero-width, tag and filler characters, variation selectors: no reader sees them. A tab and a line end stay. */
const unseen = /(?![\t\n])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** Text of which a reader sees everything, in composed form (NFC), with `\n` as line end. Linear in its length; a second time changes nothing. */
export function cleanUnicode(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll(/[\u2028\u2029\u0085]/g, "\n")
    .replaceAll(unseen, "")
    .normalize("NFC")
    .replaceAll(towers, "$1");
}
