import { useMe } from "@/access/me";
import { flatMenu } from "@/access/menu";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import { ObjectIcon } from "@/kit/object-icon";
import { PageHeader } from "@/kit/page-header";
import { PageMissing } from "@/kit/page-missing";
import styles from "./admin-index.module.css";
import { groupsFor } from "./sections";

/** All settings the person may open, group by group. */
export function AdminIndex() {
  const t = useT("admin");
  const groups = groupsFor(useMe());
  if (groups.length === 0) return <PageMissing />;
  return (
    <>
      <PageHeader title={t("title")} sub={t("index.sub")} />
      <div className={styles.groups}>
        {groups.map((group) => (
          <Card key={group.key} title={group.label} flush>
            <ul className={styles.list}>
              {flatMenu([group]).map((page) => (
                <li key={page.key}>
                  <AppLink path={page.path} className={styles.link}>
                    <ObjectIcon name={page.icon ?? page.key} size={17} />
                    {page.label}
                  </AppLink>
                </li>
              ))}
            </ul>
          </Card>
        ))}
      </div>
    </>
  );
}
