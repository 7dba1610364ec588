import { Drawer } from "antd";
import type { ReactNode } from "react";
import { useIsPhone } from "./use-is-phone";

export type SidePanelProps = {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  /** Pixels on a desktop; a phone always gives the full width. */
  width?: number;
  extra?: ReactNode;
  footer?: ReactNode;
  children: ReactNode;
  /** Keep the content (a half-filled form) alive while closed. */
  keepMounted?: boolean;
};

export function SidePanelDrawer({
  open,
  onClose,
  title,
  width = 520,
  extra,
  footer,
  children,
}: SidePanelProps) {
  const phone = useIsPhone();
  return (
    <Drawer
      open={open}
      onClose={onClose}
      title={title}
      extra={extra}
      footer={footer}
      size={phone ? window.innerWidth : width}
      closable={{ placement: "end" }}
    >
      {children}
    </Drawer>
  );
}
