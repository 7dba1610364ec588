/** People mentioned in a text: stored as `@[name](id)`, typed and shown as `@name`. The server knows the same form. */
const MARK = /@\[([^[\]\n]{1,60})\]\(([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\)/g;

export type Person = { id: string; name: string };
export type Part = string | Person;

/** The text in pieces: words, and people in between. */
export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let place = 0;
  for (const found of text.matchAll(MARK)) {
    if (found.index > place) parts.push(text.slice(place, found.index));
    parts.push({ name: found[1] ?? "", id: found[2] ?? "" });
    place = found.index + found[0].length;
  }
  if (place < text.length) parts.push(text.slice(place));
  return parts;
}

export function peopleIn(text: string): Person[] {
  return partsOf(text).filter((part): part is Person => typeof part !== "string");
}

/** As it is typed: `@name`. */
export function plainOf(text: string): string {
  return partsOf(text)
    .map((part) => (typeof part === "string" ? part : `@${part.name}`))
    .join("");
}

/** What was typed, with the people picked meanwhile put back; the longest names first, so that 王芳芳 is not taken for 王芳. */
export function storedOf(typed: string, people: Person[]): string {
  const known = [...people].sort((a, b) => b.name.length - a.name.length);
  let text = "";
  for (let at = 0; at < typed.length; ) {
    const person = typed[at] === "@" ? known.find((one) => typed.startsWith(one.name, at + 1)) : undefined;
    text += person ? `@[${person.name}](${person.id})` : typed[at];
    at += person ? person.name.length + 1 : 1;
  }
  return text;
}

/** What is being searched for: the letters between an @ and the caret; null when nobody is. An e-mail address is no mention. */
export function queryAt(typed: string, caret: number): string | null {
  const found = /(?:^|[^A-Za-z0-9._%+-])@([\p{L}\p{N}·'’-]{0,20})$/u.exec(typed.slice(0, caret));
  return found?.[1] ?? null;
}

/** A name that stands for one person only, also beside a namesake. */
export function uniqueName(person: Person & { sub?: string | null }, people: Person[]): string {
  const name = person.name.replace(/[[\]\n]/g, " ").trim();
  const taken = people.some((one) => one.name === name && one.id !== person.id);
  return taken ? `${name}·${person.sub || person.id.slice(-4)}` : name;
}
