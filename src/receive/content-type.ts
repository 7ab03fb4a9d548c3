import type { ArrivedDelivery } from "../domain/delivery.ts";

/** The media type of a `Content-Type` header, null when it is none that any webhook path takes. The only parameter there may be is `charset=utf-8`. */
export function contentTypeOf(header: string | undefined): ArrivedDelivery["contentType"] | null {
  if (header === undefined) return null;
  if (header === "application/json" || header === "application/x-www-form-urlencoded") return header;
  const mediaType = contentTypePattern.exec(header)?.[1]?.toLowerCase();
  return mediaType === "application/json" || mediaType === "application/x-www-form-urlencoded" ? mediaType : null;
}

const contentTypePattern =
  /^[ \t]*(application\/(?:json|x-www-form-urlencoded))[ \t]*(?:;[ \t]*charset=(?:utf-8|"utf-8")[ \t]*)?;?[ \t]*$/i;
