import { Link } from "@tanstack/react-router";
import { useLabels } from "../data/options";
import { Blank } from "../fields/cells";
import type { CellProps } from "../fields/types";
import { isBlank } from "../model/meta";
import { partsOf, peopleIn, plainOf } from "./marks";
import styles from "./mentions.module.css";

/** A long text with the people in it as links, under the names they have today. */
export function MentionText({ text }: { text: string }) {
  const ids = [...new Set(peopleIn(text).map((person) => person.id))];
  const names = useLabels("users", ids);
  if (ids.length === 0) return <>{text}</>;
  return (
    <>
      {partsOf(text).map((part, index) =>
        typeof part === "string" ? (
          part
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text have no other identity
          <Link key={index} className={styles.link} to={`/users/${part.id}` as string}>
            @{names[part.id] ?? part.name}
          </Link>
        ),
      )}
    </>
  );
}

export function LongTextCell({ value }: CellProps) {
  if (isBlank(value)) return <Blank />;
  const text = String(value);
  return (
    <span title={plainOf(text)}>
      <MentionText text={text} />
    </span>
  );
}
