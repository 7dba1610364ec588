import { Fragment } from "react";
import type { Scope } from "@/api/types";
import { useT } from "@/i18n/index";
import { RecordPicker } from "@/kit/record-picker";
import { useIsPhone } from "@/kit/use-is-phone";
import styles from "./grant-matrix.module.css";
import { commonVerbs, verbOf, withGrant } from "./grants";
import type { Catalogue, Grant } from "./queries";

type GrantMatrixProps = { catalogue: Catalogue; grants: Grant[]; onChange: (grants: Grant[]) => void };
type Permission = Catalogue["groups"][number]["permissions"][number];

/** One row per kind of record, one column per thing to do, one scope per cell. */
export function GrantMatrix({ catalogue, grants, onChange }: GrantMatrixProps) {
  const t = useT("admin");
  const phone = useIsPhone();
  const verbs = commonVerbs(catalogue);
  const of = new Map(grants.map((grant) => [grant.permission, grant]));
  const columns = new Set(verbs.map(({ verb }) => verb));

  const cell = (permission: Permission, objectLabel: string) => (
    <ScopeSelect
      label={`${objectLabel} ${permission.label}`}
      scopes={permission.scopes}
      value={of.get(permission.code)?.scope ?? null}
      onChange={(scope) => onChange(withGrant(grants, permission.code, scope))}
    />
  );
  const listed = (group: Catalogue["groups"][number], permissions: Permission[]) => (
    <ul className={styles.listed}>
      {permissions.map((permission) => (
        <li key={permission.code}>
          <span>{permission.label}</span>
          {cell(permission, group.label)}
        </li>
      ))}
    </ul>
  );
  const chosen = (group: Catalogue["groups"][number]) => {
    const wanting = group.permissions.filter((item) => of.get(item.code)?.scope === "departments");
    if (wanting.length === 0) return null;
    return (
      <div className={styles.picked}>
        {wanting.map((permission) => (
          <div key={permission.code} className={styles.chosen}>
            <span>{t("roles.departmentsOf", { action: permission.label })}</span>
            <RecordPicker
              object="departments"
              multiple
              label={t("roles.departmentsOf", { action: permission.label })}
              value={of.get(permission.code)?.departments ?? []}
              onChange={(ids) => onChange(withGrant(grants, permission.code, "departments", ids))}
            />
          </div>
        ))}
      </div>
    );
  };

  if (phone) {
    return (
      <div className={styles.cards}>
        {catalogue.groups.map((group) => (
          <details key={group.object} className={styles.card}>
            <summary>
              <h3>{group.label}</h3>
              <span className={styles.granted}>
                {t("roles.granted", {
                  count: group.permissions.filter((item) => of.has(item.code)).length,
                  total: group.permissions.length,
                })}
              </span>
            </summary>
            {listed(group, group.permissions)}
            {chosen(group)}
          </details>
        ))}
      </div>
    );
  }
  return (
    <div className={styles.scroll}>
      <table className={styles.matrix}>
        <caption className="km-hidden">{t("roles.grants")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("roles.object")}</th>
            {verbs.map(({ verb, label }) => (
              <th key={verb} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {catalogue.groups.map((group) => {
            const others = group.permissions.filter((item) => !columns.has(verbOf(item.code)));
            const departments = chosen(group);
            const more = others.length > 0 || departments !== null;
            return (
              <Fragment key={group.object}>
                <tr className={more ? styles.first : undefined}>
                  <th scope="row" rowSpan={more ? 2 : 1}>
                    {group.label}
                  </th>
                  {verbs.map(({ verb }) => {
                    const permission = group.permissions.find((item) => verbOf(item.code) === verb);
                    return <td key={verb}>{permission ? cell(permission, group.label) : null}</td>;
                  })}
                </tr>
                {more ? (
                  <tr className={styles.more}>
                    <td colSpan={verbs.length}>
                      {others.length > 0 ? listed(group, others) : null}
                      {departments}
                    </td>
                  </tr>
                ) : null}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

type ScopeSelectProps = {
  label: string;
  scopes: Scope[];
  value: Scope | null;
  onChange: (scope: Scope | null) => void;
};

function ScopeSelect({ label, scopes, value, onChange }: ScopeSelectProps) {
  const t = useT("admin");
  return (
    <select
      className={`${styles.scope} ${value ? styles[value] : ""}`}
      aria-label={label}
      value={value ?? ""}
      onChange={(event) => onChange((event.target.value || null) as Scope | null)}
    >
      <option value="">{t("scope.none")}</option>
      {scopes.map((scope) => (
        <option key={scope} value={scope}>
          {t(`scope.${scope}`)}
        </option>
      ))}
    </select>
  );
}
