export type { Worklist } from "./queries";
export { useWhose } from "./use-whose";
export { TeamInstead, WhoseSelect } from "./whose-select";
export { WorklistCard } from "./worklist-card";
