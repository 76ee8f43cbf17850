package tsp

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/wire"
)

// CredentialKind is one of the contract's shapes of credentials; Kind is its conn_type.
type CredentialKind struct {
	Kind   string
	Fields []CredentialField
}

// CredentialField is one member of credentials.
type CredentialField struct {
	Name     string
	Required bool
	// Label tells whoever connects what they must know of the member and no call can find out; "" if there is nothing.
	Label string
	// Secret members are masked when read.
	Secret  bool
	Integer bool
	// Host tells that the member says which host is called, so that its answers are those of whoever
	// gave the credentials.
	Host bool
	// Values are those that the member may have; nil for any.
	Values []string
}

// shapes holds the 37 kinds of the contract: "!" marks a required member, "@" one that says which
// host is called, "*" one that is masked when read, ":" its type or values. A token_url is none:
// its answers open an account and do not name it. More is masked than the contract demands: the keys
// of ezlogz and the session of geotab open the account too. The contract lacks the token_url of
// motive, whose pages name several hosts.
func shapes() map[string]string {
	return map[string]string{
		"access_token":        "!access_token* token_type expires_in:integer refresh_token* scope user_id account_id* @host*",
		"api_auth":            "!username* !password* !api_key*",
		"api_basic":           "!username* !password* @url auth_code* @host*",
		"api_key":             "!api_key* @url user_id",
		"azuga_slc":           "!api_key* !token*",
		"bouncie":             "!auth_code* !redirect_uri client_id client_secret*",
		"client_id_secret":    "!client_id !client_secret* @url account_id*",
		"company_access":      "!username* !password* !company_id*",
		"company_id":          "!company_id*",
		"database":            "!drivername:postgresql+psycopg2,cockroachdb,mongodb,mysql,mariadb,snowflake,clickhouse !@host* !port:integer !username* !password* !database",
		"ez_lynk_access":      "!access_token* !carrier_identifier !carrier_identifier_type:dot,cvor",
		"ez_lynk":             "!carrier_identifier !carrier_identifier_type:dot,cvor",
		"ezlogz":              "!app_id !app_key* !client_key*",
		"factor_eld":          "!username* !password* !api_key*",
		"fleetup":             "!account_id* !secret_key* !api_key*",
		"fleetup_slc":         "!account_id* !api_key* !token*",
		"geotab":              "!username* !password* !database session_id*",
		"isaac":               "!username* !password* !auth_code* !@host*",
		"motive":              "!client_id !client_secret* !auth_code* !redirect_uri token_url",
		"oauth1":              "!client_id !client_secret* !resource_owner_id !resource_owner_secret* !signature_method !realm !@url",
		"oauth2":              "!client_id !client_secret* scope refresh_token* !token_url !@url",
		"oauth2_initiate":     "!code* grant_type token_url redirect_uri",
		"oauth2_private_key":  "!client_id !private_key* scope !token_url !@url",
		"ontime":              "!api_key* !provider_token* !dot_number",
		"private_key":         "!private_key* !consumer_key* !username* @url token_url",
		"s3":                  "!access_key !secret_key* !bucket_name !region",
		"samsara":             "!client_id !client_secret* !auth_code*",
		"sftp":                "!@host* port:integer !username* !password*",
		"spireon_slc":         "!access_token* !auth_code*",
		"switchboard":         "!api_id !api_key*",
		"token":               "!token* @url",
		"truckx_creds":        "!dot_number !token*",
		"truckx_slc":          "!token* !carrier_id",
		"tt_creds":            "!api_key* !provider_token* !dot_number",
		"verizon_connect":     "!username* !password* rest_username* rest_password*",
		"verizon_connect_slc": "!access_token* !username* !password* !rest_username* !rest_password* tk_auth*",
		"zubie":               "!client_id !client_secret* !auth_code* !redirect_uri",
	}
}

// CredentialKinds lists the kinds by name.
func CredentialKinds() []string { return slices.Sorted(maps.Keys(shapes())) }

// CredentialKindOf returns a kind of the contract; its fields are empty if there is none of
// that name.
func CredentialKindOf(name string) CredentialKind {
	kind := CredentialKind{Kind: name}
	for word := range strings.FieldsSeq(shapes()[name]) {
		f := CredentialField{}
		word, f.Required = strings.CutPrefix(word, "!")
		word, f.Host = strings.CutPrefix(word, "@")
		word, f.Secret = strings.CutSuffix(word, "*")
		var form string
		f.Name, form, _ = strings.Cut(word, ":")
		if f.Integer = form == "integer"; !f.Integer && form != "" {
			f.Values = strings.Split(form, ",")
		}
		kind.Fields = append(kind.Fields, f)
	}
	return kind
}

// Labelled returns the kind with a label for one of its members.
func (k CredentialKind) Labelled(name, label string) CredentialKind {
	k.Fields = slices.Clone(k.Fields)
	for i := range k.Fields {
		if k.Fields[i].Name == name {
			k.Fields[i].Label = label
		}
	}
	return k
}

// Field returns a member of the kind, and whether it has it.
func (k CredentialKind) Field(name string) (CredentialField, bool) {
	i := slices.IndexFunc(k.Fields, func(f CredentialField) bool { return f.Name == name })
	if i < 0 {
		return CredentialField{}, false
	}
	return k.Fields[i], true
}

// ReadCredentials reads a JSON object that must have exactly one of the shapes that the TSP
// takes. The shape with the fewest problems is the one that is reported, with paths such as
// "credentials.token" and no secret in them.
func (s Spec) ReadCredentials(raw jsontext.Value) (Credentials, []resource.Problem) {
	var best []resource.Problem
	for i, kind := range s.Credentials {
		given := resource.ReadValue("credentials", raw, kind.table(s.DisplayName+" takes "+s.shapesTaken()))
		problems := given.Problems()
		if len(problems) == 0 && len(raw) > maxCredentials {
			problems = []resource.Problem{{Path: "credentials", Input: masked, Code: resource.CodeTooLong,
				Message: fmt.Sprintf("must have at most %d bytes in all", maxCredentials)}}
		}
		if len(problems) == 0 {
			return kind.read(given), nil
		}
		if i == 0 || len(problems) < len(best) {
			best = problems
		}
	}
	return Credentials{}, best
}

// The bounds of credentials: keys and tokens are far smaller, and each connection and draft holds some.
const (
	maxMember      = 8 << 10  // characters
	maxCredentials = 32 << 10 // bytes, as they are sent
)

// shapesTaken tells people which members the TSP's kinds of credentials have.
func (s Spec) shapesTaken() string {
	var all []string
	for _, kind := range s.Credentials {
		var names []string
		for _, f := range kind.Fields {
			if name := f.Name; f.Required {
				names = append(names, name)
			} else {
				names = append(names, "["+name+"]")
			}
		}
		all = append(all, "{"+strings.Join(names, ", ")+"}")
	}
	return strings.Join(all, " or ")
}

func (k CredentialKind) table(hint string) resource.Table {
	t := resource.Table{Of: "the credentials", Hint: hint}
	for _, f := range k.Fields {
		field := resource.Field{Name: f.Name, Type: resource.Text, Required: f.Required, NonEmpty: f.Required,
			Nullable: !f.Required, Values: f.Values, Longest: maxMember, Secret: true, Hint: hint}
		switch {
		case f.Integer:
			field.Type = resource.Integer
		case f.Values != nil:
			field.Type = resource.Enum
		}
		t.Fields = append(t.Fields, field)
	}
	return t
}

// read keeps of each member its value as text.
func (k CredentialKind) read(given *resource.Object) Credentials {
	c := Credentials{Kind: k.Kind, Fields: map[string]string{}}
	for _, f := range k.Fields {
		if value, state := given.Value(f.Name); state == resource.Set {
			c.Fields[f.Name] = fmt.Sprint(value)
		}
	}
	return c
}

// masked stands where a secret is.
const masked = wire.Mask

// Masked returns credentials as callers may read them: the members of their kind, secret ones
// as "*****" and what an exchange added left out. Required members that are kept no longer,
// such as a spent code, are masked as well.
func (c Credentials) Masked() map[string]any {
	out := map[string]any{}
	for _, f := range CredentialKindOf(c.Kind).Fields {
		value, ok := c.Fields[f.Name]
		switch {
		case f.Secret && (ok || f.Required):
			out[f.Name] = masked
		case f.Integer && ok:
			n, _ := strconv.ParseInt(value, 10, 64)
			out[f.Name] = n
		case ok || f.Required:
			out[f.Name] = value
		}
	}
	return out
}
