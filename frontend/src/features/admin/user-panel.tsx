import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Checkbox } from "antd";
import { useCan } from "@/access/me";
import { api } from "@/api/client";
import type { Ref, Row } from "@/api/types";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { ConfirmButton } from "@/kit/confirm-button";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import styles from "./admin.module.css";
import { PasswordLink } from "./password-link";
import { allOf, textOf } from "./queries";
import { ResetPassword } from "./reset-password";
import { SaveBar } from "./save-bar";
import { useDocument } from "./use-document";
import { isDisabled, usersKey } from "./users-page";
import { ViewAsButton } from "./view-as-button";

type UserRoles = { items: Ref[] };

export function UserPanel({ id, user }: { id: string; user: Row | undefined }) {
  const t = useT("admin");
  const can = useCan();
  const client = useQueryClient();
  const message = useMessage();
  const roles = useQuery(allOf("roles"));
  const mine = useDocument<UserRoles>(`/users/${id}/roles`, (value) => ({
    roles: value.items.map((role) => role.id),
  }));
  const error = roles.error ?? mine.error;

  async function command(verb: "disable" | "enable" | "unlock" | "reset-factor") {
    try {
      await api.post(`/users/${id}/${verb}`, {});
      message.success(t(`users.did.${verb}`));
    } catch (problem) {
      message.error(problem);
    }
    await client.invalidateQueries({ queryKey: usersKey });
  }

  const chosen = new Set(mine.value?.items.map((role) => role.id));
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
                  const rest = (mine.value?.items ?? []).filter((item) => item.id !== role.id);
                  const items = event.target.checked
                    ? [...rest, { id: role.id, label: textOf(role.name) }]
                    : rest;
                  mine.change({ items });
                }}
              >
                {textOf(role.name)}
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
        <div className={styles.buttons}>
          <PasswordLink id={id} />
          <ResetPassword id={id} />
          {can("administration.view_as.start") ? (
            <ViewAsButton user={{ id, label: textOf(user?.name) }} />
          ) : null}
          <ConfirmButton onConfirm={() => command("unlock")}>{t("users.unlock")}</ConfirmButton>
          {can("administration.user.reset_factor") ? (
            <ConfirmButton onConfirm={() => command("reset-factor")}>{t("users.resetFactor")}</ConfirmButton>
          ) : null}
          {isDisabled(user) ? (
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
      {can("administration.explain.view") ? (
        <AppLink path={`/admin/explain?user=${id}`}>{t("explain.ask")}</AppLink>
      ) : null}
    </div>
  );
}
