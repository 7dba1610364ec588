import { Button } from "antd";
import { Compass } from "lucide-react";
import { useT } from "@/i18n/index";
import { EmptyState } from "./states";

export function PageMissing() {
  const t = useT();
  return (
    <EmptyState
      icon={Compass}
      title={t("missing.title")}
      text={t("missing.text")}
      action={
        <Button type="primary" href="/">
          {t("missing.home")}
        </Button>
      }
    />
  );
}
