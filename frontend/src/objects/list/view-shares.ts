import { hasPermission } from "@/access/me";
import type { Me, ViewShare } from "@/api/types";
import { useLabels } from "../data/options";
import { useFormat } from "../fields/use-format";

export type ShareChoice = { value: string; label: string };

const SHARE_ALL = "platform.view.share";
/** A department still to be picked. */
export const OTHER = "other";

export function choiceOf(shared: ViewShare | null): string {
  if (!shared) return "";
  return shared.kind === "all" ? "all" : `${shared.kind}:${shared.id ?? ""}`;
}

export function shareOf(choice: string, picked: unknown): ViewShare | null {
  if (choice === "") return null;
  if (choice === "all") return { kind: "all", id: null };
  if (choice === OTHER) return { kind: "department", id: String(picked) };
  const [kind, id] = choice.split(":");
  return { kind: kind === "team" ? "team" : "department", id: id ?? null };
}

/** Oneself, one's department and teams; with the right to it everybody and any department; and what holds already. */
export function useShareChoices(me: Me, shared: ViewShare | null): { choices: ShareChoice[]; first: string } {
  const { t } = useFormat();
  const choices: ShareChoice[] = [{ value: "", label: t("view.only_me") }];
  if (me.department) {
    const label = t("view.my_department", { name: me.department.label ?? "" });
    choices.push({ value: `department:${me.department.id}`, label });
  }
  for (const team of me.teams ?? []) {
    choices.push({ value: `team:${team.id}`, label: t("view.my_team", { name: team.label ?? "" }) });
  }
  const first = choiceOf(shared);
  const free = hasPermission(me, SHARE_ALL);
  const foreign = shared?.id && !choices.some((one) => one.value === first) ? shared : null;
  const source = foreign?.kind === "team" ? "teams" : "departments";
  const labels = useLabels(source, foreign?.id ? [foreign.id] : []);
  if (foreign?.id)
    choices.push({ value: first, label: labels[foreign.id] ?? t(`share.kind_${foreign.kind}`) });
  if (free || first === "all") choices.push({ value: "all", label: t("view.everybody") });
  if (free) choices.push({ value: OTHER, label: t("view.other_department") });
  return { choices, first };
}
