import { Modal } from "antd";
import { useT } from "@/i18n/index";
import { MOD_KEY } from "@/kit/mod-key";
import styles from "./keyboard-help.module.css";

const GROUPS: { key: string; rows: { keys: string[]; word: string }[] }[] = [
  {
    key: "everywhere",
    rows: [
      { keys: [MOD_KEY, "K"], word: "palette" },
      { keys: ["/"], word: "search" },
      { keys: ["c"], word: "create" },
      { keys: ["?"], word: "help" },
      { keys: ["Esc"], word: "escape" },
    ],
  },
  {
    key: "lists",
    rows: [
      { keys: ["j"], word: "next" },
      { keys: ["k"], word: "previous" },
      { keys: ["x"], word: "select" },
      { keys: ["e"], word: "edit" },
      { keys: ["Enter"], word: "open" },
    ],
  },
  {
    key: "record",
    rows: [
      { keys: ["e"], word: "edit" },
      { keys: ["j"], word: "nextRecord" },
      { keys: ["k"], word: "previousRecord" },
      { keys: ["←", "→"], word: "tabs" },
    ],
  },
  {
    key: "moving",
    rows: [
      { keys: ["Alt", "← →"], word: "card" },
      { keys: ["Alt", "← ↑ → ↓"], word: "day" },
    ],
  },
  {
    key: "pool",
    rows: [
      { keys: ["c"], word: "claim" },
      { keys: ["Enter"], word: "customer" },
    ],
  },
  {
    key: "worklist",
    rows: [
      { keys: ["Enter"], word: "note" },
      { keys: ["1", "–", "9"], word: "outcome" },
      { keys: ["p"], word: "postpone" },
      { keys: ["s"], word: "skip" },
      { keys: ["o"], word: "customer" },
    ],
  },
  { key: "forms", rows: [{ keys: [MOD_KEY, "Enter"], word: "save" }] },
];

export function KeyboardHelp({ onClose }: { onClose: () => void }) {
  const t = useT("palette");
  return (
    <Modal open title={t("keys.title")} footer={null} onCancel={onClose} width={560}>
      <div className={styles.groups}>
        {GROUPS.map((group) => (
          <section key={group.key}>
            <h3 className={styles.heading}>{t(`keys.${group.key}`)}</h3>
            <dl className={styles.list}>
              {group.rows.map((row) => (
                <div key={row.word} className={styles.row}>
                  <dt>{t(`keys.${row.word}`)}</dt>
                  <dd>
                    {row.keys.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
