import { draggable } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { Link } from "@tanstack/react-router";
import { ArrowLeftRight, Hourglass } from "lucide-react";
import { type KeyboardEvent, memo, useEffect, useRef, useState } from "react";
import { kindOf } from "../fields/registry";
import { useFormat } from "../fields/use-format";
import { fieldOf, fieldsNamed, isBlank, isReference, type ObjectMeta, type RecordData } from "../model/meta";
import styles from "./board.module.css";
import type { Column } from "./board-moves";
import type { BoardSpec } from "./board-spec";

type BoardCardProps = {
  meta: ObjectMeta;
  spec: BoardSpec;
  record: RecordData;
  columnKey: string;
  columns: Column[];
  movable: boolean;
  onMove: (id: string, to: string) => void;
  onOpen: (record: RecordData) => void;
};

/** Set by the server on cards that have stood in their column longer than it allows. */
const ROTTING = "rotting";

export const BoardCard = memo(function BoardCard({
  meta,
  spec,
  record,
  columnKey,
  columns,
  movable,
  onMove,
  onOpen,
}: BoardCardProps) {
  const { t } = useFormat();
  const card = useRef<HTMLLIElement>(null);
  const [dragging, setDragging] = useState(false);
  useEffect(() => {
    const element = card.current;
    if (!element || !movable) return;
    return draggable({
      element,
      getInitialData: () => ({ board: meta.name, id: record.id }),
      onDragStart: () => setDragging(true),
      onDrop: () => setDragging(false),
    });
  }, [meta.name, record.id, movable]);

  const titleValue = record[spec.title];
  const title = isReference(titleValue) ? (titleValue.label ?? "") : String(titleValue ?? "");
  const lines = fieldsNamed(meta, spec.lines).filter(
    (field) => field.name !== ROTTING && !isBlank(record[field.name]),
  );
  const rotting = record[ROTTING] === true;

  // Alt and an arrow moves the card itself: dragging for those who do not drag.
  function keyDown(event: KeyboardEvent) {
    if (!event.altKey || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return;
    event.preventDefault();
    const index = columns.findIndex((column) => column.key === columnKey);
    const to = columns[index + (event.key === "ArrowRight" ? 1 : -1)];
    if (to) onMove(record.id, to.key);
  }

  return (
    <li ref={card} className={styles.card} data-dragging={dragging} data-rotting={rotting}>
      <div className={styles.cardHead}>
        <Link
          className={styles.cardTitle}
          to={`/${meta.name}/${record.id}` as string}
          draggable={false}
          aria-keyshortcuts={movable ? "Alt+ArrowLeft Alt+ArrowRight" : undefined}
          onKeyDown={keyDown}
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey) return;
            event.preventDefault();
            onOpen(record);
          }}
        >
          {title || t("value.untitled")}
        </Link>
        {movable ? (
          <span className={styles.move}>
            <ArrowLeftRight size={14} aria-hidden />
            <select
              aria-label={t("board.move_to", { title })}
              value={columnKey}
              onChange={(event) => onMove(record.id, event.target.value)}
            >
              {columns.map((column) => (
                <option key={column.key} value={column.key}>
                  {column.label}
                </option>
              ))}
            </select>
          </span>
        ) : null}
      </div>
      <dl className={styles.lines}>
        {lines.map((field) => {
          const { Cell } = kindOf(field);
          return (
            <div key={field.name}>
              <dt>{field.label}</dt>
              <dd>
                <Cell field={field} value={record[field.name]} record={record} />
              </dd>
            </div>
          );
        })}
      </dl>
      {rotting ? (
        <p className={styles.rotting}>
          <Hourglass size={12} aria-hidden />
          {fieldOf(meta, ROTTING)?.label ?? t("board.rotting")}
        </p>
      ) : null}
    </li>
  );
});
