import { combine } from "@atlaskit/pragmatic-drag-and-drop/combine";
import { draggable, dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { GripVertical, type LucideIcon, X } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useT } from "@/i18n/index";
import styles from "./arranging.module.css";

export type Step = { icon: LucideIcon; label: string; to: number };
type BrickProps = {
  /** Bricks of one kind change places; one of another kind cannot be dropped here. */
  kind: "counter" | "card";
  index: number;
  label: string;
  about: string;
  /** Where the buttons move it; -1: not from here. */
  steps: Step[];
  onMove: (from: number, to: number) => void;
  onDrop: (from: number, to: number) => void;
  onRemove: () => void;
  children?: ReactNode;
};

/** What stands for a counter or a card while the page is arranged: dragged as a whole, or moved by its buttons. */
export function Brick({ kind, index, label, about, steps, onMove, onDrop, onRemove, children }: BrickProps) {
  const t = useT("home");
  const box = useRef<HTMLLIElement>(null);
  const [over, setOver] = useState(false);
  const latest = useRef(onDrop);
  latest.current = onDrop;
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    return combine(
      draggable({ element, getInitialData: () => ({ kind, index }) }),
      dropTargetForElements({
        element,
        canDrop: ({ source }) => source.data.kind === kind && source.data.index !== index,
        onDragEnter: () => setOver(true),
        onDragLeave: () => setOver(false),
        onDrop: ({ source }) => {
          setOver(false);
          latest.current(Number(source.data.index), index);
        },
      }),
    );
  }, [kind, index]);
  return (
    <li ref={box} className={`${styles.brick} ${styles[kind]}`} data-over={over} title={about}>
      <span className={styles.name}>
        <GripVertical size={15} className={styles.grip} aria-hidden />
        <span className={styles.label}>{label}</span>
        <button
          type="button"
          className={styles.out}
          aria-label={t("arranging.remove", { label })}
          title={t("arranging.remove", { label })}
          onClick={onRemove}
        >
          <X size={15} aria-hidden />
        </button>
      </span>
      {kind === "card" ? <span className={styles.about}>{about}</span> : null}
      <span className={styles.tools}>
        {steps.map(({ icon: Icon, label: name, to }) => (
          <button
            key={name}
            type="button"
            aria-label={name}
            title={name}
            disabled={to < 0}
            onClick={() => onMove(index, to)}
          >
            <Icon size={15} aria-hidden />
          </button>
        ))}
        {children}
      </span>
    </li>
  );
}
