import { dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { Button } from "antd";
import { useEffect, useRef, useState } from "react";
import { Money } from "@/kit/money";
import { useFormat } from "../fields/use-format";
import type { ObjectMeta, RecordData } from "../model/meta";
import styles from "./board.module.css";
import { BoardCard } from "./board-card";
import type { Column } from "./board-moves";

type BoardColumnProps = {
  meta: ObjectMeta;
  column: Column;
  columns: Column[];
  movable: boolean;
  onMove: (id: string, to: string) => void;
  onMore: () => Promise<void>;
  onOpen: (record: RecordData) => void;
};

export function BoardColumn({ meta, column, columns, movable, onMove, onMore, onOpen }: BoardColumnProps) {
  const { t } = useFormat();
  const place = useRef<HTMLElement>(null);
  const [over, setOver] = useState(false);
  const [loading, setLoading] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    return dropTargetForElements({
      element,
      canDrop: ({ source }) => source.data.board === meta.name,
      getData: () => ({ column: column.key }),
      onDragEnter: () => setOver(true),
      onDragLeave: () => setOver(false),
      onDrop: () => setOver(false),
    });
  }, [meta.name, column.key]);
  const more = async () => {
    setLoading(true);
    await onMore();
    setLoading(false);
  };
  return (
    <section ref={place} className={styles.column} data-over={over} aria-label={column.label}>
      <header className={styles.columnHead}>
        <span className={styles.dot} data-color={column.color ?? "default"} aria-hidden="true" />
        <h3>{column.label}</h3>
        <span className={styles.count}>{column.count}</span>
        {column.sum === null ? null : (
          <span className={styles.sum}>
            <Money value={column.sum} short />
          </span>
        )}
      </header>
      <ul className={styles.cards}>
        {column.items.map((record) => (
          <BoardCard
            key={record.id}
            meta={meta}
            record={record}
            columnKey={column.key}
            columns={columns}
            movable={movable}
            onMove={onMove}
            onOpen={onOpen}
          />
        ))}
        {column.items.length === 0 ? <li className={styles.none}>{t("board.none")}</li> : null}
        {column.next_cursor ? (
          <li className={styles.more}>
            <Button size="small" loading={loading} onClick={() => void more()}>
              {t("board.more", { count: column.count - column.items.length })}
            </Button>
          </li>
        ) : null}
      </ul>
    </section>
  );
}
