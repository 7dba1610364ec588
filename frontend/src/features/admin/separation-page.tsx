import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCan } from "@/access/me";
import { api } from "@/api/client";
import type { Ref } from "@/api/types";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import { ConfirmButton } from "@/kit/confirm-button";
import { DateTime } from "@/kit/date-time";
import { PageHeader } from "@/kit/page-header";
import { SkeletonCard } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { StateTag } from "@/kit/tag";
import { useMessage } from "@/kit/use-message";
import admin from "./admin.module.css";
import styles from "./separation.module.css";
import { useSectionTitle } from "./use-section-title";

type Duty = { code: string; label: string; does: string; people: Ref[] };
type Separation = {
  on: boolean;
  since: string | null;
  duties: Duty[];
  ready: boolean;
  mine: string;
  off_asked: { by: Ref; at: string } | null;
  mine_to_confirm: boolean;
};
type Verb = "on" | "off" | "keep";

const key = ["admin", "separation"];

/** Three administrators, none of whom can do the others' work: who they are, and the switch that takes two to undo. */
export function SeparationPage() {
  const t = useT("admin");
  const title = useSectionTitle("separation");
  const can = useCan();
  const client = useQueryClient();
  const message = useMessage();
  const found = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => (await api.get<Separation>("/admin/separation", { signal })).data,
  });

  async function send(verb: Verb) {
    try {
      const { data } = await api.post<Separation | { changed: true }>(`/admin/separation/${verb}`, {});
      // Everybody's rights are others now, one's own too: the page is loaded as the person one is from here on.
      if ("changed" in data) return window.location.assign("/");
      client.setQueryData(key, data);
    } catch (error) {
      message.error(error);
    }
  }

  const state = found.data;
  return (
    <>
      <PageHeader title={title} sub={t("separation.sub")} />
      {found.isPending ? <SkeletonCard lines={6} /> : null}
      {found.isError ? <ErrorState error={found.error} onRetry={() => void found.refetch()} /> : null}
      {state ? (
        <div className={admin.stack}>
          <Card
            title={t(state.on ? "separation.isOn" : "separation.isOff")}
            extra={state.on ? <StateTag tone="good">{t("separation.on")}</StateTag> : null}
          >
            {state.since ? (
              <p>
                {t("separation.since")} <DateTime value={state.since} kind="smart" />
              </p>
            ) : (
              <p>{t("separation.what")}</p>
            )}
            {state.off_asked ? (
              <p className={styles.asked} role="status">
                {t("separation.asked", { name: state.off_asked.by.label ?? "" })}{" "}
                <DateTime value={state.off_asked.at} kind="smart" />
              </p>
            ) : null}
            {!state.on && !state.ready ? (
              <p className={styles.next}>
                {t("separation.notReady")} <AppLink path="/admin/users">{t("separation.assign")}</AppLink>
              </p>
            ) : null}
            <div className={admin.buttons}>
              {!state.on && can("administration.role.edit") ? (
                <ConfirmButton
                  type="primary"
                  disabled={!state.ready}
                  question={t("separation.turnOnAsk")}
                  onConfirm={() => send("on")}
                >
                  {t("separation.turnOn")}
                </ConfirmButton>
              ) : null}
              {state.on && state.mine && (!state.off_asked || state.mine_to_confirm) ? (
                <ConfirmButton danger onConfirm={() => send("off")}>
                  {t(state.off_asked ? "separation.confirmOff" : "separation.askOff")}
                </ConfirmButton>
              ) : null}
              {state.off_asked && state.mine ? (
                <ConfirmButton onConfirm={() => send("keep")}>{t("separation.keep")}</ConfirmButton>
              ) : null}
            </div>
          </Card>
          <div className={styles.duties}>
            {state.duties.map((duty) => (
              <Card
                key={duty.code}
                title={duty.label}
                extra={
                  duty.code === state.mine ? <StateTag tone="accent">{t("separation.mine")}</StateTag> : null
                }
              >
                <p className={styles.does}>{duty.does}</p>
                {duty.people.length > 0 ? (
                  <ul className={styles.people}>
                    {duty.people.map((person) => (
                      <li key={person.id}>{person.label}</li>
                    ))}
                  </ul>
                ) : (
                  <p className={styles.vacant}>{t("separation.vacant")}</p>
                )}
              </Card>
            ))}
          </div>
        </div>
      ) : null}
    </>
  );
}
