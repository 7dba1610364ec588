import { Monitor, Moon, Sun } from "lucide-react";
import { useT } from "@/i18n/index";
import { PopoverMenu } from "@/kit/popover-menu";
import { type ThemeChoice, useTheme } from "@/theme/use-theme";
import { useChangeTheme } from "./personal-settings";

const CHOICES: { key: ThemeChoice; icon: typeof Sun }[] = [
  { key: "light", icon: Sun },
  { key: "dark", icon: Moon },
  { key: "auto", icon: Monitor },
];

export function ThemeMenu({ className }: { className?: string | undefined }) {
  const t = useT();
  const { choice, resolved } = useTheme();
  const changeTheme = useChangeTheme();
  const Current = resolved === "dark" ? Moon : Sun;
  return (
    <PopoverMenu
      label={t("bar.theme")}
      className={className}
      trigger={<Current size={18} strokeWidth={1.75} aria-hidden />}
      items={CHOICES.map(({ key, icon: Icon }) => ({
        key,
        label: t(`theme.${key}`),
        icon: <Icon size={16} aria-hidden />,
        checked: key === choice,
        run: () => void changeTheme(key),
      }))}
    />
  );
}
