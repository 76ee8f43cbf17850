package resource

import (
	"github.com/google/uuid"
)

// User is the payload of writing a driver or another user of the fleet.
type User struct {
	ConnectionID            uuid.UUID
	Username                Opt[string]
	IsActive                Opt[bool]
	Status                  Opt[string]
	IsDriver                Opt[bool]
	UserDesignation         Opt[string]
	UserEmail               Opt[string]
	FirstName               Opt[string]
	LastName                Opt[string]
	PhoneNumber             Opt[string]
	CountryCode             Opt[string]
	LicenseCountry          Opt[string]
	LicenseRegion           Opt[string]
	LicenseNumber           Opt[string]
	LicenseExpiration       Opt[string]
	EmployeeNumber          Opt[string]
	CarrierNumber           Opt[string]
	Notes                   Opt[string]
	HOSRulesetCode          Opt[string]
	AllowYardMove           Opt[bool]
	AllowPersonalConveyance Opt[bool]
	AllowAdverseDriving     Opt[bool]
	DefaultTimeZone         Opt[string]
	HOSComplianceType       Opt[string]
	HOSTrackingMethod       Opt[string]
}

// Connection is the connection that the write goes to.
func (u *User) Connection() uuid.UUID { return u.ConnectionID }

func userKind() declaration {
	return declaration{
		Facts{Kind: KindUser, Plural: "users", IDs: "user_ids",
			Members: `username started_at:date-time ended_at:date-time is_active:boolean status is_driver:boolean
			user_designation user_email first_name last_name phone_number country_code license_country license_region
			license_number license_expiration:date employee_number company_groups:object private_user_groups:object
			report_groups:object security_groups:object authority_name authority_address company_name company_address
			carrier_number last_tsp_login:date-time notes hos_ruleset_code:ruleset allow_yard_move:boolean
			allow_personal_conveyance:boolean allow_adverse_driving:boolean default_time_zone:time-zone`},
		[]*Schema{userSchema(Create), userSchema(Update)},
	}
}

func userSchema(verb Verb) *Schema {
	return schema(KindUser, verb, userFields(), func() Payload { return new(User) })
}

func userFields() []Field {
	return []Field{
		connection(func(u *User) *uuid.UUID { return &u.ConnectionID }),
		optional("username", textType(), func(u *User) *Opt[string] { return &u.Username }),
		optional("is_active", booleanType(), func(u *User) *Opt[bool] { return &u.IsActive }),
		optional("status", enumType(), func(u *User) *Opt[string] { return &u.Status }, values(userStatuses())),
		optional("is_driver", booleanType(), func(u *User) *Opt[bool] { return &u.IsDriver }),
		optional("user_designation", textType(), func(u *User) *Opt[string] { return &u.UserDesignation }),
		optional("user_email", textType(), func(u *User) *Opt[string] { return &u.UserEmail }),
		optional("first_name", textType(), func(u *User) *Opt[string] { return &u.FirstName }),
		optional("last_name", textType(), func(u *User) *Opt[string] { return &u.LastName }),
		optional("phone_number", textType(), func(u *User) *Opt[string] { return &u.PhoneNumber }),
		optional("country_code", textType(), func(u *User) *Opt[string] { return &u.CountryCode }, pattern(`^\w{3}$`)),
		optional("license_country", textType(), func(u *User) *Opt[string] { return &u.LicenseCountry }, pattern(`^\w{3}$`)),
		optional("license_region", textType(), func(u *User) *Opt[string] { return &u.LicenseRegion }),
		optional("license_number", textType(), func(u *User) *Opt[string] { return &u.LicenseNumber }),
		optional("license_expiration", dateType(), func(u *User) *Opt[string] { return &u.LicenseExpiration }),
		optional("employee_number", textType(), func(u *User) *Opt[string] { return &u.EmployeeNumber }),
		optional("carrier_number", textType(), func(u *User) *Opt[string] { return &u.CarrierNumber }),
		optional("notes", textType(), func(u *User) *Opt[string] { return &u.Notes }),
		optional("hos_ruleset_code", enumType(), func(u *User) *Opt[string] { return &u.HOSRulesetCode }, values(hosRulesets())),
		optional("allow_yard_move", booleanType(), func(u *User) *Opt[bool] { return &u.AllowYardMove }),
		optional("allow_personal_conveyance", booleanType(), func(u *User) *Opt[bool] { return &u.AllowPersonalConveyance }),
		optional("allow_adverse_driving", booleanType(), func(u *User) *Opt[bool] { return &u.AllowAdverseDriving }),
		optional("default_time_zone", enumType(), func(u *User) *Opt[string] { return &u.DefaultTimeZone }, values(TimeZones())),
		optional("hos_compliance_type", enumType(), func(u *User) *Opt[string] { return &u.HOSComplianceType }, values(hosComplianceTypes())),
		optional("hos_tracking_method", enumType(), func(u *User) *Opt[string] { return &u.HOSTrackingMethod }, values(hosTrackingMethods())),
	}
}
