import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";
import { useFormat } from "../fields/use-format";
import { MentionList } from "./mention-list";
import styles from "./mentions.module.css";
import { type Offer, useMentions } from "./use-mentions";

/** What a text area needs to offer people; whoever draws it (antd's or the bare one) spreads it on. */
export type AreaProps = {
  value: string;
  onChange: (event: { target: HTMLTextAreaElement }) => void;
  onKeyDown: (event: KeyboardEvent<HTMLTextAreaElement>) => void;
  onBlur: () => void;
  "aria-autocomplete": "list";
  "aria-controls": string | undefined;
  "aria-activedescendant": string | undefined;
};

type MentionAreaProps = {
  value: string;
  onChange: (stored: string) => void;
  children: (area: AreaProps) => ReactNode;
};

/** A text area in which @ offers people: by name or pinyin, with arrow keys and Enter, or a tap. */
export function MentionArea({ value, onChange, children }: MentionAreaProps) {
  const { t } = useFormat();
  const mentions = useMentions(value, onChange);
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  const [active, setActive] = useState(0);
  /** Somebody who cannot see the record is mentioned only by choosing him twice. */
  const [armed, setArmed] = useState<string | null>(null);
  const { offers, open } = mentions;
  const at = Math.min(active, Math.max(offers.length - 1, 0));
  const area = () => box.current?.querySelector("textarea") ?? null;

  function pick(offer: Offer) {
    const field = area();
    if (!field) return;
    if (offer.can_see === false && armed !== offer.id) {
      setArmed(offer.id);
      field.focus();
      return;
    }
    const caret = mentions.pick(offer, field.selectionStart);
    setArmed(null);
    requestAnimationFrame(() => {
      field.focus();
      field.setSelectionRange(caret, caret);
    });
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (!open || event.nativeEvent.isComposing) return;
    const offer = offers[at];
    const moves: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1 };
    const next = moves[event.key];
    if (next !== undefined && offers.length > 0) setActive((next + offers.length) % offers.length);
    else if ((event.key === "Enter" || event.key === "Tab") && offer && !event.ctrlKey && !event.metaKey)
      pick(offer);
    else if (event.key === "Escape") mentions.close();
    else return;
    event.preventDefault();
    event.stopPropagation(); // neither does the form close, nor the list move
  }

  return (
    <div ref={box} className={styles.box}>
      {children({
        value: mentions.typed,
        onChange: (event) => {
          setActive(0);
          setArmed(null);
          mentions.type(event.target.value, event.target.selectionStart);
        },
        onKeyDown,
        onBlur: () => window.setTimeout(() => document.activeElement !== area() && mentions.close(), 200),
        "aria-autocomplete": "list",
        "aria-controls": open ? id : undefined,
        "aria-activedescendant": open && offers[at] ? `${id}-${offers[at].id}` : undefined,
      })}
      {open ? (
        <MentionList
          id={id}
          offers={offers}
          active={at}
          armed={armed}
          loading={mentions.loading}
          note={mentions.place ? "" : t("mention.later")}
          onPick={pick}
        />
      ) : null}
    </div>
  );
}
