import { Button } from "antd";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { Avatar } from "@/kit/avatar";
import styles from "./admin.module.css";

type MemberItemProps = {
  name: string;
  /** What else is said or set of the member, between the name and the way out. */
  children?: ReactNode;
  removeLabel: string;
  onRemove: () => void;
};

/** One member of a team or a pool. */
export function MemberItem({ name, children, removeLabel, onRemove }: MemberItemProps) {
  return (
    <li className={styles.member}>
      <Avatar name={name} size={28} />
      <span className={styles.grow}>{name}</span>
      {children}
      <Button
        type="text"
        aria-label={removeLabel}
        title={removeLabel}
        icon={<X size={16} aria-hidden />}
        onClick={onRemove}
      />
    </li>
  );
}
