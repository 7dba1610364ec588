import { useMe } from "@/access/me";
import { comma, useT } from "@/i18n/index";
import { Avatar } from "@/kit/avatar";
import { PageHeader } from "@/kit/page-header";
import { DeviceCard } from "./device-card";
import { FactorCard } from "./factor-card";
import { MailCard } from "./mail-card";
import styles from "./me.module.css";
import { NotificationsCard } from "./notifications-card";
import { PasswordCard } from "./password-card";
import { SessionsCard } from "./sessions-card";
import { TokensCard } from "./tokens-card";

export function MePage() {
  const t = useT("me");
  const me = useMe();
  const owed = me.owes[0]; // the server answers nothing else until that is done
  const place = [me.username, me.department?.label, me.roles.map((role) => role.label).join(comma())];
  return (
    <div className={styles.page}>
      <PageHeader
        lead={<Avatar name={me.name} size={48} />}
        title={me.name}
        sub={place.filter(Boolean).join(" · ")}
      />
      {owed ? (
        <>
          <p className={styles.must} role="alert">
            {t(`mustChange.${owed}`)}
          </p>
          {owed === "password" ? <PasswordCard /> : <FactorCard />}
        </>
      ) : (
        <>
          <PasswordCard />
          <FactorCard />
          <MailCard />
          <NotificationsCard />
          <DeviceCard />
          <SessionsCard />
          <TokensCard />
        </>
      )}
    </div>
  );
}
