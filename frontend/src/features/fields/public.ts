/** What other features share with this one. */
export { ConditionField } from "./condition-field";
export { SortableRow } from "./sortable-row";
