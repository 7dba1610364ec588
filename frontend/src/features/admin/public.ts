/** What other administration features share with this one. */
export { MasterDetail } from "./master-detail";
