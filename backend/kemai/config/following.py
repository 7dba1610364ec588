"""Tables whose department column follows a person who changes department: told to administration, which may not know them."""

from kemai.administration.services.people import move_with_person

move_with_person("customers_customer", "owner_id", "department_id")
move_with_person("customers_contact", "holder_id", "holder_department_id")
move_with_person("customers_customerrelation", "holder_id", "holder_department_id")
move_with_person("customers_need", "holder_id", "holder_department_id")
move_with_person("activities_interaction", "holder_id", "holder_department_id")
move_with_person("activities_task", "assignee_id", "department_id")
for _table in ("activities_promise", "activities_plannedcontact", "activities_enrollment"):
    move_with_person(_table, "owner_id", "department_id")
    move_with_person(_table, "holder_id", "holder_department_id")
move_with_person("activities_report", "owner_id", "department_id")
move_with_person("sales_opportunity", "owner_id", "department_id")
move_with_person("sales_opportunity", "holder_id", "holder_department_id")
move_with_person("sales_lead", "owner_id", "department_id")
move_with_person("sales_line", "owner_id", "department_id")
move_with_person("sales_line", "holder_id", "holder_department_id")
move_with_person("sales_committeemember", "owner_id", "department_id")
move_with_person("sales_committeemember", "holder_id", "holder_department_id")
move_with_person("sales_contender", "owner_id", "department_id")
move_with_person("sales_contender", "holder_id", "holder_department_id")
move_with_person("sales_teamseat", "owner_id", "department_id")
move_with_person("sales_teamseat", "holder_id", "holder_department_id")
move_with_person("sales_step", "owner_id", "department_id")
move_with_person("sales_step", "holder_id", "holder_department_id")
move_with_person("sales_transferrequest", "owner_id", "department_id")
