import { LogOut } from "lucide-react";
import { ownPages } from "@/access/menu";
import type { Me } from "@/api/types";
import { comma, useT } from "@/i18n/index";
import { Avatar } from "@/kit/avatar";
import { ObjectIcon } from "@/kit/object-icon";
import { PopoverMenu } from "@/kit/popover-menu";
import { useGo } from "@/kit/use-go";
import { signOut } from "./personal-settings";
import styles from "./user-menu.module.css";

export function UserMenu({ me, className }: { me: Me; className?: string | undefined }) {
  const t = useT();
  const go = useGo();
  const place = [me.department?.label, me.roles.map((role) => role.label).join(comma())].filter(Boolean);
  return (
    <PopoverMenu
      label={t("bar.user", { name: me.name })}
      className={className}
      trigger={<Avatar name={me.name} size={28} />}
      header={
        <div className={styles.who}>
          <Avatar name={me.name} size={36} />
          <div>
            <div className={styles.name}>{me.name}</div>
            <div className={styles.place}>{place.join(" · ")}</div>
          </div>
        </div>
      }
      items={[
        ...ownPages(me.menu).map((page) => ({
          key: page.key,
          label: page.label,
          icon: <ObjectIcon name={page.icon} size={16} />,
          run: () => go(page.path),
        })),
        {
          key: "out",
          label: t("bar.signOut"),
          icon: <LogOut size={16} aria-hidden />,
          divided: true,
          run: () => void signOut(),
        },
      ]}
    />
  );
}
