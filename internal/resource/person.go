package resource

// Person is a user as the TSP has it: the members of the unified read model that adapters fill
// in. What is empty is left out.
type Person struct {
	Username                string `json:"username,omitzero"`
	StartedAt               string `json:"started_at,omitzero"`
	EndedAt                 string `json:"ended_at,omitzero"`
	IsActive                bool   `json:"is_active"`
	Status                  string `json:"status"`
	IsDriver                bool   `json:"is_driver"`
	UserDesignation         string `json:"user_designation,omitzero"`
	UserEmail               string `json:"user_email,omitzero"`
	FirstName               string `json:"first_name,omitzero"`
	LastName                string `json:"last_name,omitzero"`
	PhoneNumber             string `json:"phone_number,omitzero"`
	CountryCode             string `json:"country_code,omitzero"`
	LicenseCountry          string `json:"license_country,omitzero"`
	LicenseRegion           string `json:"license_region,omitzero"`
	LicenseNumber           string `json:"license_number,omitzero"`
	LicenseExpiration       string `json:"license_expiration,omitzero"`
	EmployeeNumber          string `json:"employee_number,omitzero"`
	AuthorityName           string `json:"authority_name,omitzero"`
	AuthorityAddress        string `json:"authority_address,omitzero"`
	CompanyName             string `json:"company_name,omitzero"`
	CompanyAddress          string `json:"company_address,omitzero"`
	CarrierNumber           string `json:"carrier_number,omitzero"`
	LastTSPLogin            string `json:"last_tsp_login,omitzero"`
	Notes                   string `json:"notes,omitzero"`
	HOSRulesetCode          string `json:"hos_ruleset_code,omitzero"`
	AllowYardMove           *bool  `json:"allow_yard_move,omitzero"`
	AllowPersonalConveyance *bool  `json:"allow_personal_conveyance,omitzero"`
	AllowAdverseDriving     *bool  `json:"allow_adverse_driving,omitzero"`
	DefaultTimeZone         string `json:"default_time_zone,omitzero"`
}

// UserStatus is the status of a user who is active, or not.
func UserStatus(active bool) string {
	if active {
		return "ACTIVE"
	}
	return "INACTIVE"
}

// Active joins the two fields that say whether the user is; is_active wins.
func (u *User) Active() Opt[bool] {
	if status, ok := u.Status.Get(); ok && u.IsActive.State() != Set {
		return Of(status == UserStatus(true))
	}
	return u.IsActive
}
