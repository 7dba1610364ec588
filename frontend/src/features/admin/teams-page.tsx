import { useQuery } from "@tanstack/react-query";
import { Button, Switch } from "antd";
import { UsersRound } from "lucide-react";
import { requestCreate } from "@/access/create-request";
import type { Ref } from "@/api/types";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { PageHeader } from "@/kit/page-header";
import { RecordPicker } from "@/kit/record-picker";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import styles from "./admin.module.css";
import { ListState } from "./list-state";
import { MasterDetail } from "./master-detail";
import { MemberItem } from "./member-item";
import { allOf, textOf } from "./queries";
import { SaveBar } from "./save-bar";
import { useDocument } from "./use-document";
import { useSectionTitle } from "./use-section-title";

export function TeamsPage() {
  const t = useT("admin");
  const title = useSectionTitle("teams");
  const teams = useQuery(allOf("teams"));
  return (
    <>
      <PageHeader
        title={title}
        sub={t("teams.sub")}
        actions={<Button onClick={() => requestCreate("teams")}>{t("teams.create")}</Button>}
      />
      <ListState query={teams} object="teams">
        {(rows) => (
          <MasterDetail label={title} items={rows.map((row) => ({ id: row.id, label: textOf(row.name) }))}>
            {(id) => <TeamMembers key={id} id={id} />}
          </MasterDetail>
        )}
      </ListState>
    </>
  );
}

type Members = { items: { user: Ref; lead: boolean }[] };

function TeamMembers({ id }: { id: string }) {
  const t = useT("admin");
  const document = useDocument<Members>(`/teams/${id}/members`, (value) => ({
    members: value.items.map(({ user, lead }) => ({ user: user.id, lead })),
  }));
  const members = document.value?.items;
  if (document.error) return <ErrorState error={document.error} onRetry={document.reload} />;
  if (!members) return <SkeletonRows rows={4} />;
  const put = (next: Members["items"]) => document.change({ items: next });
  return (
    <div>
      <Card title={t("teams.members")} flush>
        {members.length === 0 ? (
          <EmptyState icon={UsersRound} title={t("teams.nobody")} text={t("teams.nobodyText")} />
        ) : (
          <ul>
            {members.map((member) => (
              <MemberItem
                key={member.user.id}
                name={member.user.label ?? ""}
                removeLabel={t("teams.remove", { name: member.user.label ?? "" })}
                onRemove={() => put(members.filter((item) => item !== member))}
              >
                <span className={styles.hint} style={{ margin: 0 }}>
                  {t("teams.lead")}
                </span>
                <Switch
                  size="small"
                  aria-label={t("teams.leadOf", { name: member.user.label ?? "" })}
                  checked={member.lead}
                  onChange={(lead) =>
                    put(members.map((item) => (item === member ? { ...member, lead } : item)))
                  }
                />
              </MemberItem>
            ))}
          </ul>
        )}
        <div className={styles.addRow}>
          <RecordPicker
            className={styles.grow}
            object="users"
            label={t("teams.add")}
            value={[]}
            onChange={(_, [user]) => {
              if (!user || members.some((member) => member.user.id === user.id)) return;
              put([...members, { user: { id: user.id, label: user.label }, lead: false }]);
            }}
          />
        </div>
      </Card>
      <SaveBar document={document} />
    </div>
  );
}
