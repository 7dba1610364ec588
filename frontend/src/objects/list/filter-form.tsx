import { useState } from "react";
import type { Filter } from "../model/filter";
import { toFilter, toGroup } from "../model/filter-draft";
import type { ObjectMeta } from "../model/meta";
import { GroupEditor } from "./filter-editor";

type FilterFormProps = {
  meta: ObjectMeta;
  filter: Filter | null;
  /** Over the record's own fields only. */
  plain: boolean;
  onChange: (filter: Filter | null) => void;
};

/** The form of a filter inside another form: what is complete counts at once. */
export function FilterForm({ meta, filter, plain, onChange }: FilterFormProps) {
  const [group, setGroup] = useState(() => toGroup(filter));
  return (
    <GroupEditor
      meta={meta}
      group={group}
      nested={false}
      plain={plain}
      onChange={(next) => {
        setGroup(next);
        onChange(toFilter(next));
      }}
    />
  );
}
