import { dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { Button } from "antd";
import { ChevronsLeftRight, ChevronsRightLeft } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Money } from "@/kit/money";
import { useFormat } from "../fields/use-format";
import type { ObjectMeta, RecordData } from "../model/meta";
import styles from "./board.module.css";
import { BoardCard } from "./board-card";
import type { Column } from "./board-moves";
import type { BoardSpec } from "./board-spec";

type BoardColumnProps = {
  meta: ObjectMeta;
  spec: BoardSpec;
  column: Column;
  folded: boolean;
  onFold: () => void;
  columns: Column[];
  movable: boolean;
  onMove: (id: string, to: string) => void;
  onMore: () => Promise<void>;
  onOpen: (record: RecordData) => void;
};

export function BoardColumn(props: BoardColumnProps) {
  const { meta, spec, column, folded, onFold, columns, movable, onMove, onMore, onOpen } = props;
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
    <section
      ref={place}
      className={styles.column}
      data-over={over}
      data-folded={folded}
      aria-label={column.label}
    >
      <header className={styles.columnHead}>
        <span className={styles.dot} data-color={column.color ?? "default"} aria-hidden="true" />
        <h3>{column.label}</h3>
        <span className={styles.count}>{column.count}</span>
        <button
          type="button"
          className={styles.fold}
          aria-expanded={!folded}
          aria-label={t(folded ? "board.unfold" : "board.fold", { label: column.label })}
          title={t(folded ? "board.unfold" : "board.fold", { label: column.label })}
          onClick={onFold}
        >
          {folded ? <ChevronsRightLeft size={14} aria-hidden /> : <ChevronsLeftRight size={14} aria-hidden />}
        </button>
        {column.sum === null ? null : (
          <span className={styles.sum}>
            <Money value={column.sum} short />
          </span>
        )}
      </header>
      {folded ? null : (
        <ul className={styles.cards}>
          {column.items.map((record) => (
            <BoardCard
              key={record.id}
              meta={meta}
              spec={spec}
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
      )}
    </section>
  );
}
