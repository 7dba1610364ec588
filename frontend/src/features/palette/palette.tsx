import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Command as Menu } from "cmdk";
import { CornerDownLeft, Plus, Search } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { requestCreate } from "@/access/create-request";
import { useMe } from "@/access/me";
import { api } from "@/api/client";
import type { SearchResult } from "@/api/types";
import { useT } from "@/i18n/index";
import { NativeDialog } from "@/kit/native-dialog";
import { ObjectIcon } from "@/kit/object-icon";
import { useGo } from "@/kit/use-go";
import { type Command, commandMatches, createCommands, pageCommands } from "./pages";
import styles from "./palette.module.css";
import { usePinCommand } from "./pin-command";
import { recentPages, rememberPage } from "./recent-pages";

type PaletteProps = { onClose: () => void; onlyCreate: boolean };

export function Palette({ onClose, onlyCreate }: PaletteProps) {
  const t = useT("palette");
  const me = useMe();
  const goTo = useGo();
  const pin = usePinCommand();
  const [typed, setTyped] = useState("");
  const q = useDeferredValue(typed.trim());
  const found = useQuery({
    queryKey: ["search", q],
    queryFn: async ({ signal }) =>
      (await api.get<SearchResult>("/search", { query: { q, limit: 8 }, signal })).data,
    enabled: q.length > 0 && !onlyCreate,
    placeholderData: keepPreviousData,
  });

  const filter = <C extends Parameters<typeof commandMatches>[0]>(list: C[]) =>
    typed.trim() ? list.filter((command) => commandMatches(command, typed)) : list;
  const creates = filter(createCommands(me, (noun) => t("createNoun", { noun })));
  const pages = onlyCreate ? [] : filter(pageCommands(me));
  const groups = onlyCreate || !q ? [] : (found.data?.groups ?? []).filter((group) => group.items.length > 0);
  const here = onlyCreate ? [] : filter(pin);
  const recent = onlyCreate || typed.trim() ? [] : recentPages();

  function go({ path, label, icon, creates, run }: Omit<Command, "key" | "words">) {
    onClose();
    if (run) return run();
    if (creates) return requestCreate(creates);
    rememberPage({ path, label, icon });
    goTo(path);
  }

  const settled = onlyCreate || (!found.isFetching && typed.trim() === q);
  return (
    <NativeDialog
      label={onlyCreate ? t("createTitle") : t("title")}
      className={styles.dialog}
      onClose={onClose}
    >
      <Menu shouldFilter={false} loop label={onlyCreate ? t("createTitle") : t("title")}>
        <div className={styles.head}>
          {onlyCreate ? <Plus size={18} aria-hidden /> : <Search size={18} aria-hidden />}
          <Menu.Input
            autoFocus
            value={typed}
            onValueChange={setTyped}
            placeholder={onlyCreate ? t("createWhat") : t("placeholder")}
            className={styles.input}
          />
          <button type="button" className={styles.esc} onClick={onClose}>
            Esc
          </button>
        </div>
        <Menu.List className={styles.list}>
          {settled ? <Menu.Empty className={styles.empty}>{t("nothing", { typed })}</Menu.Empty> : null}
          {groups.map((group) => (
            <Menu.Group key={group.object} heading={group.label} className={styles.group}>
              {group.items.map((item) => (
                <Menu.Item
                  key={`${group.object}-${item.id}`}
                  value={`${group.object}-${item.id}`}
                  className={styles.item}
                  onSelect={() => go({ path: item.path, label: item.label, icon: group.object })}
                >
                  <ObjectIcon name={group.object} size={17} />
                  <span className={styles.label}>{item.label}</span>
                  <span className={styles.sub}>{item.sub}</span>
                  <CornerDownLeft size={14} aria-hidden className={styles.enter} />
                </Menu.Item>
              ))}
            </Menu.Group>
          ))}
          {[
            {
              heading: t("recent"),
              list: recent.map((page): Command => ({ ...page, key: `recent-${page.path}`, words: "" })),
            },
            { heading: t("commands"), list: creates },
            { heading: t("pages"), list: pages },
            { heading: t("here"), list: here },
          ].map(({ heading, list }) =>
            list.length > 0 ? (
              <Menu.Group key={heading} heading={heading} className={styles.group}>
                {list.map((command) => (
                  <Menu.Item
                    key={command.key}
                    value={command.key}
                    className={styles.item}
                    onSelect={() => go(command)}
                  >
                    <ObjectIcon name={command.icon} size={17} />
                    <span className={styles.label}>{command.label}</span>
                    <CornerDownLeft size={14} aria-hidden className={styles.enter} />
                  </Menu.Item>
                ))}
              </Menu.Group>
            ) : null,
          )}
        </Menu.List>
      </Menu>
    </NativeDialog>
  );
}
