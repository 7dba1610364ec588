import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import styles from "./popover-menu.module.css";

export type PopoverItem = {
  key: string;
  label: ReactNode;
  icon?: ReactNode;
  hint?: ReactNode;
  checked?: boolean;
  danger?: boolean;
  /** A line above this item. */
  divided?: boolean;
  run: () => void;
};

type PopoverMenuProps = {
  label: string;
  trigger: ReactNode;
  items: PopoverItem[];
  header?: ReactNode;
  className?: string | undefined;
  side?: "below" | "above";
  align?: "start" | "end";
};

/** A button with a menu: arrow keys, Home, End, Escape, typing nothing. Small, for the shell; forms use antd's. */
export function PopoverMenu(props: PopoverMenuProps) {
  const { label, trigger, items, header, className, side = "below", align = "end" } = props;
  const [open, setOpen] = useState(false);
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!open) return;
    itemsOf(box.current)[0]?.focus();
    const away = (event: PointerEvent) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, [open]);

  function close() {
    setOpen(false);
    button.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>) {
    if (!open) return;
    const list = itemsOf(box.current);
    const at = list.indexOf(document.activeElement as HTMLElement);
    const moves: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: list.length - 1,
    };
    const next = moves[event.key];
    if (event.key === "Escape") close();
    else if (event.key === "Tab") setOpen(false);
    if (next === undefined) return;
    event.preventDefault();
    list[(next + list.length) % list.length]?.focus();
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys move between the menu's own items
    <div className={styles.box} ref={box} onKeyDown={onKeyDown}>
      <button
        type="button"
        ref={button}
        className={className}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-label={label}
        title={label}
        onClick={() => setOpen(!open)}
      >
        {trigger}
      </button>
      {open ? (
        <div className={`${styles.pop} ${styles[side]} ${styles[align]}`}>
          {header ? <div className={styles.header}>{header}</div> : null}
          <div id={id} role="menu" aria-label={label}>
            {items.map((item) => (
              <button
                key={item.key}
                type="button"
                {...(item.checked === undefined
                  ? { role: "menuitem" }
                  : { role: "menuitemradio", "aria-checked": item.checked })}
                tabIndex={-1}
                className={`${styles.item} ${item.danger ? styles.danger : ""} ${item.divided ? styles.divided : ""}`}
                onClick={() => {
                  close();
                  item.run();
                }}
              >
                <span className={styles.icon}>{item.icon}</span>
                <span className={styles.label}>{item.label}</span>
                {item.checked ? <span aria-hidden>✓</span> : null}
                {item.hint ? <span className={styles.hint}>{item.hint}</span> : null}
              </button>
            ))}
          </div>
        </div>
      ) : null}
    </div>
  );
}

function itemsOf(box: HTMLElement | null): HTMLElement[] {
  return [...(box?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];
}
