/** What other administration features share with this one. */
export { ListState } from "./list-state";
export { MasterDetail } from "./master-detail";
export { allOf, nameOf } from "./queries";
export { SaveBar } from "./save-bar";
export { type DocumentState, useDocument } from "./use-document";
export { useSectionTitle } from "./use-section-title";
export { ChangeLine, type VersionChange, Versions } from "./versions";
