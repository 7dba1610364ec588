"""Tables whose department column follows a person who changes department: told to administration, which may not know them."""

from kemai.administration.services.people import move_with_person

move_with_person("customers_customer", "owner_id", "department_id")
move_with_person("customers_contact", "holder_id", "holder_department_id")
move_with_person("customers_customerrelation", "holder_id", "holder_department_id")
move_with_person("activities_interaction", "holder_id", "holder_department_id")
move_with_person("activities_task", "assignee_id", "department_id")
move_with_person("sales_opportunity", "owner_id", "department_id")
move_with_person("sales_opportunity", "holder_id", "holder_department_id")
