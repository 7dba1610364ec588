import { useQuery } from "@tanstack/react-query";
import { Check } from "lucide-react";
import { api } from "@/api/client";
import type { BoardColumn } from "@/api/types";
import { keys } from "../data/keys";
import { useFormat } from "../fields/use-format";
import {
  type ActionMeta,
  type BoardMeta,
  fieldOf,
  isReference,
  type ObjectMeta,
  type RecordData,
} from "../model/meta";
import styles from "./stage-path.module.css";
import { useActions } from "./use-actions";

type Step = { key: string; label: string; color: string | null };

export function keyOf(value: unknown): string | null {
  if (isReference(value)) return value.id;
  return typeof value === "string" ? value : null;
}

/** The parameter of the move command that takes the step: as the board says, else the one named like its field. */
export function stepParam(action: ActionMeta, board: BoardMeta): string {
  if (board.move_param) return board.move_param;
  const named = action.params.find((param) => param.name === board.group_field);
  return (named ?? action.params.find((param) => param.choices || param.target))?.name ?? board.group_field;
}

/** Steps are the field's own choices, or, where they are records of their own, the columns of the board. */
export function usePathSteps(meta: ObjectMeta, record: RecordData): Step[] {
  const field = fieldOf(meta, meta.detail?.path_field ?? "");
  const scopeField = meta.board?.scope_field;
  const scope = scopeField ? keyOf(record[scopeField]) : null;
  const { data } = useQuery({
    queryKey: keys.board(meta.name, { limit: "0", scope: scope ?? "" }),
    enabled: field !== null && field.choices === null && meta.board !== null,
    staleTime: 5 * 60_000,
    queryFn: async ({ signal }) =>
      (
        await api.get<{ columns: BoardColumn[] }>(`/${meta.name}/board`, {
          query: { limit: 1, scope },
          signal,
        })
      ).data.columns,
  });
  if (field?.choices) {
    return field.choices
      .filter((choice) => choice.active !== false || choice.value === record[field.name])
      .map((choice) => ({ key: choice.value, label: choice.label, color: choice.color ?? null }));
  }
  return data ?? [];
}

export function StagePath({ meta, record }: { meta: ObjectMeta; record: RecordData }) {
  const { t } = useFormat();
  const { start, element } = useActions(meta);
  const steps = usePathSteps(meta, record);
  const pathField = meta.detail?.path_field;
  const move = meta.actions.find((action) => action.name === meta.board?.move);
  if (!pathField || steps.length === 0) return null;
  const current = steps.findIndex((step) => step.key === keyOf(record[pathField]));
  const verdict = move ? record.can?.[move.name] : undefined;
  return (
    <nav aria-label={fieldOf(meta, pathField)?.label}>
      <ol className={styles.path}>
        {steps.map((step, index) => {
          const place = index === current ? "now" : index < current ? "done" : "later";
          return (
            <li key={step.key} className={styles.step} data-place={place}>
              <button
                type="button"
                aria-current={index === current ? "step" : undefined}
                disabled={!move || verdict !== true || index === current}
                title={
                  typeof verdict === "string"
                    ? verdict
                    : index === current
                      ? undefined
                      : t("path.move_to", { step: step.label })
                }
                onClick={() =>
                  move && meta.board && start(move, record, { [stepParam(move, meta.board)]: step.key })
                }
              >
                {place === "done" ? <Check size={13} aria-hidden /> : null}
                <span>{step.label}</span>
              </button>
            </li>
          );
        })}
      </ol>
      {element}
    </nav>
  );
}
