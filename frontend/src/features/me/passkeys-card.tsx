import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { makePasskey, passkeysWork, whyNot } from "@/access/passkeys";
import { api } from "@/api/client";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { DateTime } from "@/kit/date-time";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import { type Factors, factorsKey, factorsQuery } from "./factors";
import styles from "./me.module.css";
import { PasswordProof } from "./password-proof";
import { deviceOf } from "./sessions-card";

type PasskeysCardProps = { onCodes: (codes: string[]) => void };

/** Keys in one's own devices: sign in by finger, face or PIN, without typing a password. */
export function PasskeysCard({ onCodes }: PasskeysCardProps) {
  const t = useT("me");
  const client = useQueryClient();
  const message = useMessage();
  const factors = useQuery(factorsQuery);
  const [asking, setAsking] = useState<string | null>(null);

  function keep(found: Factors) {
    client.setQueryData(factorsKey, found);
    setAsking(null);
    if (found.new_recovery_codes?.length) onCodes(found.new_recovery_codes);
  }

  async function add(password: string) {
    try {
      const made = await makePasskey(password);
      const body = { ...made, name: deviceOf(navigator.userAgent) };
      keep((await api.post<Factors>("/me/factors/passkeys/confirm", body)).data);
      message.success(t("passkeys.added"));
    } catch (error) {
      const why = whyNot(error);
      if (!why) throw error;
      message.info(t(`passkeys.${why}`));
    }
  }

  async function remove(password: string) {
    keep((await api.post<Factors>(`/me/factors/passkeys/${asking}/remove`, { password })).data);
    message.success(t("passkeys.removed"));
  }

  const found = factors.data;
  return (
    <Card title={t("passkeys.title")}>
      {factors.isPending ? <SkeletonRows rows={1} /> : null}
      {factors.isError ? <ErrorState error={factors.error} onRetry={() => void factors.refetch()} /> : null}
      {found ? (
        <div className={styles.mail}>
          <p className={styles.hint}>{t("passkeys.lead")}</p>
          {found.passkeys.map((key) => (
            <div key={key.id} className={styles.key}>
              <span>
                {key.name}
                <small>
                  {t("passkeys.since")} <DateTime value={key.created_at} kind="smart" />
                  {" · "}
                  {key.used_at ? (
                    <>
                      {t("passkeys.used")} <DateTime value={key.used_at} kind="smart" />
                    </>
                  ) : (
                    t("passkeys.unused")
                  )}
                </small>
              </span>
              <Button
                size="small"
                aria-label={t("passkeys.remove", { name: key.name })}
                onClick={() => setAsking(key.id)}
              >
                {t("passkeys.do.remove")}
              </Button>
            </div>
          ))}
          {asking ? (
            <PasswordProof
              key={asking}
              action={t(`passkeys.do.${asking === "new" ? "add" : "remove"}`)}
              danger={asking !== "new"}
              onProve={asking === "new" ? add : remove}
              onCancel={() => setAsking(null)}
            />
          ) : passkeysWork() ? (
            <div className={styles.mailButtons}>
              <Button onClick={() => setAsking("new")}>{t("passkeys.do.add")}</Button>
            </div>
          ) : (
            <p className={styles.hint}>{t("passkeys.notHere")}</p>
          )}
        </div>
      ) : null}
    </Card>
  );
}
