import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Checkbox } from "antd";
import { useState } from "react";
import { api } from "@/api/client";
import type { Row } from "@/api/types";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { ConfirmButton } from "@/kit/confirm-button";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import styles from "./admin.module.css";
import { allOf, textOf } from "./queries";
import { SaveBar } from "./save-bar";
import { useDocument } from "./use-document";
import { stateOf, usersKey } from "./users-page";

type UserRoles = { roles: (string | { id: string })[] };
const idOf = (role: string | { id: string }) => (typeof role === "string" ? role : role.id);

export function UserPanel({ id, user }: { id: string; user: Row | undefined }) {
  const t = useT("admin");
  const client = useQueryClient();
  const message = useMessage();
  const roles = useQuery(allOf("roles"));
  const mine = useDocument<UserRoles>(`/users/${id}/roles`, (value) => ({ roles: value.roles.map(idOf) }));
  const [password, setPassword] = useState<string | null>(null);
  const state = user ? stateOf(user) : "active";
  const error = roles.error ?? mine.error;

  async function command(verb: "disable" | "enable" | "unlock" | "reset-password") {
    try {
      const { data } = await api.post<Record<string, unknown> | null>(`/users/${id}/${verb}`, {});
      const made = data?.password ?? data?.temporary_password;
      if (typeof made === "string") setPassword(made);
      else message.success(t(`users.did.${verb}`));
    } catch (problem) {
      message.error(problem);
    }
    await client.invalidateQueries({ queryKey: usersKey });
  }

  const chosen = new Set(mine.value?.roles.map(idOf));
  return (
    <div className={styles.stack}>
      <section>
        <h3 className={styles.heading}>{t("users.roles")}</h3>
        <p className={styles.hint}>{t("users.rolesHint")}</p>
        {error ? <ErrorState compact error={error} onRetry={mine.reload} /> : null}
        {roles.data && mine.value ? (
          <div className={styles.checks}>
            {roles.data.map((role) => (
              <Checkbox
                key={role.id}
                checked={chosen.has(role.id)}
                onChange={(event) => {
                  const next = new Set(chosen);
                  if (event.target.checked) next.add(role.id);
                  else next.delete(role.id);
                  mine.change({ roles: [...next] });
                }}
              >
                {textOf(role.name) || textOf(role.label)}
              </Checkbox>
            ))}
          </div>
        ) : error ? null : (
          <SkeletonRows rows={3} />
        )}
        <SaveBar document={mine} />
      </section>
      <section>
        <h3 className={styles.heading}>{t("users.access")}</h3>
        {password ? (
          <div className={styles.secret} role="status">
            {t("users.newPassword")}
            <code>{password}</code>
          </div>
        ) : null}
        <div className={styles.buttons}>
          <ConfirmButton onConfirm={() => command("reset-password")}>{t("users.reset")}</ConfirmButton>
          {state === "locked" ? (
            <ConfirmButton onConfirm={() => command("unlock")}>{t("users.unlock")}</ConfirmButton>
          ) : null}
          {state === "disabled" ? (
            <ConfirmButton onConfirm={() => command("enable")}>{t("users.enable")}</ConfirmButton>
          ) : (
            <ConfirmButton danger onConfirm={() => command("disable")}>
              {t("users.disable")}
            </ConfirmButton>
          )}
        </div>
        <p className={styles.hint}>{t("users.disableHint")}</p>
      </section>
      <AppLink path={`/users/${id}`}>{t("users.open")}</AppLink>
    </div>
  );
}
