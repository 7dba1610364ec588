import { useT } from "@/i18n/index";
import { StateTag } from "@/kit/tag";
import { healthOf, type Webhook } from "./queries";

export function HealthTag({ hook }: { hook: Webhook }) {
  const t = useT("webhooks");
  const { key, tone } = healthOf(hook);
  return <StateTag tone={tone}>{t(`health.${key}`)}</StateTag>;
}
