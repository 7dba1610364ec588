import { CircleUserRound, FileDown, History, ListTodo, LogOut, Trash2 } from "lucide-react";
import type { Me } from "@/api/types";
import { useT } from "@/i18n/index";
import { Avatar } from "@/kit/avatar";
import { PopoverMenu } from "@/kit/popover-menu";
import { useGo } from "@/kit/use-go";
import { signOut } from "./personal-settings";
import styles from "./user-menu.module.css";

export function UserMenu({ me, className }: { me: Me; className?: string | undefined }) {
  const t = useT();
  const go = useGo();
  const place = [me.department?.label, me.roles.map((role) => role.label).join("、")].filter(Boolean);
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
        {
          key: "me",
          label: t("bar.account"),
          icon: <CircleUserRound size={16} aria-hidden />,
          run: () => go("/me"),
        },
        {
          key: "jobs",
          label: t("bar.jobs"),
          icon: <ListTodo size={16} aria-hidden />,
          run: () => go("/jobs"),
        },
        {
          key: "operations",
          label: t("bar.operations"),
          icon: <History size={16} aria-hidden />,
          run: () => go("/operations"),
        },
        {
          key: "exports",
          label: t("bar.exports"),
          icon: <FileDown size={16} aria-hidden />,
          run: () => go("/exports"),
        },
        {
          key: "bin",
          label: t("bar.bin"),
          icon: <Trash2 size={16} aria-hidden />,
          run: () => go("/bin"),
        },
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
