import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Button } from "antd";
import { useState } from "react";
import { useMe, useSetMe } from "@/access/me";
import { api } from "@/api/client";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { DateTime } from "@/kit/date-time";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { StateTag } from "@/kit/tag";
import { useMessage } from "@/kit/use-message";
import { type Factors, factorsKey, factorsQuery, type TotpOffer } from "./factors";
import styles from "./me.module.css";
import { PasskeysCard } from "./passkeys-card";
import { PasswordProof } from "./password-proof";
import { RecoveryCodes } from "./recovery-codes";
import { TotpSetup } from "./totp-setup";

type Asking = "setUp" | "remove" | "codes";

/** The second step of signing in: an authenticator program or passkeys, and codes for when they are lost. */
export function FactorCard() {
  const t = useT("me");
  const me = useMe();
  const setMe = useSetMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const message = useMessage();
  const factors = useQuery(factorsQuery);
  const [asking, setAsking] = useState<Asking | null>(null);
  const [offer, setOffer] = useState<TotpOffer | null>(null);
  const [codes, setCodes] = useState<string[]>([]);

  function keep(found: Factors) {
    client.setQueryData(factorsKey, found);
    setCodes(found.new_recovery_codes ?? []);
    setAsking(null);
    setOffer(null);
  }

  const prove: Record<Asking, (password: string) => Promise<void>> = {
    setUp: async (password) => {
      setOffer((await api.post<TotpOffer>("/me/factors/totp", { password })).data);
      setAsking(null);
    },
    remove: async (password) => {
      keep((await api.post<Factors>("/me/factors/totp/remove", { password })).data);
      message.success(t("factors.removed"));
    },
    codes: async (password) =>
      keep((await api.post<Factors>("/me/factors/recovery-codes", { password })).data),
  };

  function done() {
    setCodes([]);
    if (!me.owes.includes("factor")) return;
    setMe({ ...me, owes: me.owes.filter((one) => one !== "factor") });
    void navigate({ to: "/" });
  }

  const found = factors.data;
  const some = found ? found.totp !== null || found.passkeys.length > 0 : false;
  return (
    <>
      <Card
        title={<span id="factor">{t("factors.title")}</span>}
        extra={some ? <StateTag tone="good">{t("factors.on")}</StateTag> : null}
      >
        {factors.isPending ? <SkeletonRows rows={2} /> : null}
        {factors.isError ? <ErrorState error={factors.error} onRetry={() => void factors.refetch()} /> : null}
        {found && codes.length > 0 ? <RecoveryCodes codes={codes} onKept={done} /> : null}
        {found && codes.length === 0 ? (
          <div className={styles.mail}>
            {some ? (
              <p>
                {found.totp ? (
                  <>
                    {t("factors.since")} <DateTime value={found.totp.since} kind="smart" />
                  </>
                ) : (
                  t("factors.byPasskey")
                )}
                {" · "}
                <span className={found.recovery_codes < 3 ? styles.warn : undefined}>
                  {t("factors.left", { count: found.recovery_codes })}
                </span>
              </p>
            ) : (
              <p className={styles.hint}>{t("factors.lead")}</p>
            )}
            {offer ? (
              <TotpSetup
                offer={offer}
                onDone={(now) => {
                  keep(now);
                  message.success(t("factors.set"));
                }}
                onCancel={() => setOffer(null)}
              />
            ) : asking ? (
              <PasswordProof
                key={asking}
                action={t(`factors.do.${asking}`)}
                danger={asking === "remove"}
                onProve={prove[asking]}
                onCancel={() => setAsking(null)}
              />
            ) : (
              <div className={styles.mailButtons}>
                <Button type={some ? "default" : "primary"} onClick={() => setAsking("setUp")}>
                  {t(found.totp ? "factors.replace" : some ? "factors.addTotp" : "factors.do.setUp")}
                </Button>
                {some ? <Button onClick={() => setAsking("codes")}>{t("factors.do.codes")}</Button> : null}
                {some && !found.compulsory ? (
                  <Button danger onClick={() => setAsking("remove")}>
                    {t("factors.do.remove")}
                  </Button>
                ) : null}
              </div>
            )}
          </div>
        ) : null}
      </Card>
      <PasskeysCard onCodes={setCodes} />
    </>
  );
}
