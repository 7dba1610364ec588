import { monitorForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { Kanban } from "lucide-react";
import { lazy, Suspense, useEffect, useMemo, useRef } from "react";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { useOptions } from "../data/options";
import { useFormat } from "../fields/use-format";
import barStyles from "../list/filter-bar.module.css";
import type { Shown } from "../list/use-list-state";
import type { LayoutOptions } from "../model/layout-options";
import { fieldOf, type ObjectMeta, type RecordData } from "../model/meta";
import type { ListState } from "../model/view-state";
import styles from "./board.module.css";
import { BoardColumn } from "./board-column";
import { type BoardSpec, boardSpec } from "./board-spec";
import { BoardTools } from "./board-tools";
import { useBoard } from "./use-board";

/** How the column of those without a value is called among the folded ones. */
const EMPTY_KEY = "none";

const GateDialog = lazy(async () => ({ default: (await import("../form/gate-dialog")).GateDialog }));

type BoardProps = {
  meta: ObjectMeta;
  state: ListState;
  set: (change: Partial<ListState>) => void;
  shown: Shown;
  onOptions: (change: Partial<LayoutOptions>) => void;
  onOpen: (record: RecordData, ids: string[]) => void;
};

export function Board(props: BoardProps) {
  const { t } = useFormat();
  const { meta, shown } = props;
  const spec = useMemo(() => boardSpec(meta, shown.options, shown.columns), [meta, shown]);
  if (!spec) return <EmptyState icon={Kanban} title={t("board.no_field")} />;
  return <SpecBoard {...props} spec={spec} />;
}

function SpecBoard({ meta, state, set, shown, onOptions, onOpen, spec }: BoardProps & { spec: BoardSpec }) {
  const { t } = useFormat();
  const scopeField = fieldOf(meta, spec.scope_field ?? "");
  const scopes = useOptions(scopeField?.target ?? null, {}, scopeField !== null);
  const scope = state.scope ?? scopes.data?.[0]?.id ?? null;
  const { board, move, more, movable, gate, closeGate, runGate } = useBoard(
    meta,
    state,
    shown.base,
    scope,
    spec,
  );
  const latest = useRef(move);
  latest.current = move;
  useEffect(
    () =>
      monitorForElements({
        canMonitor: ({ source }) => source.data.board === meta.name,
        onDrop: ({ source, location }) => {
          const to = location.current.dropTargets[0]?.data.column;
          if (typeof to === "string") latest.current(String(source.data.id), to);
        },
      }),
    [meta.name],
  );
  const { hidden } = shown.options;
  const fold = (key: string) =>
    onOptions({ hidden: hidden.includes(key) ? hidden.filter((one) => one !== key) : [...hidden, key] });
  const columns = board.data?.columns ?? [];
  const open = (record: RecordData) =>
    onOpen(
      record,
      columns.flatMap((column) => column.items.map((item) => item.id)),
    );
  return (
    <div className={styles.wrap}>
      <BoardTools meta={meta} spec={spec} more={board.data?.more ?? false} onChange={onOptions}>
        {scopeField && (scopes.data?.length ?? 0) > 1 ? (
          <label>
            {scopeField.label}
            <select
              className={barStyles.native}
              value={scope ?? ""}
              onChange={(event) => set({ scope: event.target.value })}
            >
              {scopes.data?.map((option) => (
                <option key={option.id} value={option.id}>
                  {option.label}
                </option>
              ))}
            </select>
          </label>
        ) : null}
      </BoardTools>
      {board.isError ? <ErrorState error={board.error} onRetry={() => void board.refetch()} /> : null}
      {board.isPending && !board.isError && (scopeField === null || scope !== null || scopes.isPending) ? (
        <SkeletonRows />
      ) : null}
      {scopes.isSuccess && scopeField && scope === null ? (
        <EmptyState icon={Kanban} title={t("board.no_scope", { label: scopeField.label })} />
      ) : null}
      <div className={styles.columns}>
        {columns.map((column) => (
          <BoardColumn
            key={column.key}
            meta={meta}
            spec={spec}
            column={column}
            folded={hidden.includes(column.key || EMPTY_KEY)}
            onFold={() => fold(column.key || EMPTY_KEY)}
            columns={columns}
            movable={movable}
            onMove={move}
            onMore={() => more(column)}
            onOpen={open}
          />
        ))}
      </div>
      {gate ? (
        <Suspense fallback={null}>
          <GateDialog meta={meta} {...gate} run={runGate} onClose={closeGate} />
        </Suspense>
      ) : null}
    </div>
  );
}
