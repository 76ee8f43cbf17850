package connection

import (
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// The codes of credentials that the TSP refuses, and of a TSP whose address the policy refuses.
const (
	codeRefused = "credentials_refused"
	codeAddress = "address_refused"
)

// maxText bounds descriptions and fleet references, in characters.
const maxText = 500

// creation describes the contract's ConnectionCreate with our own members beside. credentials and
// settings are read raw here: which members they have is known once the TSP is. Both count as
// secret, so that no 422 shows what was sent.
func creation() resource.Table {
	return resource.Table{Of: "a connection", Fields: []resource.Field{
		tspID(),
		{Name: "credentials", Type: resource.Raw, Required: true, Secret: true,
			Hint: "what the TSP takes as proof that the fleet agrees"},
		{Name: "description", Type: resource.Text, Nullable: true, Longest: maxText},
		settings(),
		fleetRef(),
		{Name: "pre_auth_id", Type: resource.UUID, Nullable: true},
		syncEvents(),
		verifyWrites(),
	}}
}

// preAuth describes the contract's ConnectionPreAuthCreate.
func preAuth() resource.Table {
	return resource.Table{Of: "a pre-auth", Fields: []resource.Field{
		tspID(),
		{Name: "pre_auth_credentials", Type: resource.Raw, Required: true, Secret: true,
			Hint: "an object with username and password"},
		fleetRef(),
	}}
}

// update describes the contract's ConnectionUpdate. tsp_id and fleet_ref are none of it: another
// TSP or fleet is another connection, with records of its own.
func update() resource.Table {
	return resource.Table{Of: "an update of a connection", Fields: []resource.Field{
		{Name: "credentials", Type: resource.Raw, Nullable: true, Secret: true},
		{Name: "description", Type: resource.Text, Nullable: true, Longest: maxText},
		{Name: "status", Type: resource.Text, Nullable: true},
		settings(),
		syncEvents(),
		verifyWrites(),
	}}
}

func tspID() resource.Field {
	return resource.Field{Name: "tsp_id", Type: resource.UUID, Required: true,
		Hint: "GET /v2/integrations/tsps lists the TSPs with their ids"}
}

func fleetRef() resource.Field {
	return resource.Field{Name: "fleet_ref", Type: resource.Text, Nullable: true, Longest: maxText}
}

// settings is a member that the contract lacks; each adapter's spec says what may stand in it.
func settings() resource.Field {
	return resource.Field{Name: "settings", Type: resource.Raw, Nullable: true, Secret: true}
}

// refuseMasks refuses a mask that stands for no secret that is set. Whoever copies the settings of
// one connection's answer into another would store five asterisks as the secret. before holds the
// secret settings that the connection has.
func refuseMasks(b *resource.Object, spec tsp.Spec, all tsp.Settings, before map[string]string) {
	for _, one := range spec.Settings {
		if _, set := before[one.Key]; one.Secret && !set && all[one.Key] == mask {
			b.Add(resource.Problem{Path: "settings." + one.Key, Input: mask, Code: resource.CodePattern,
				Message: "is the mask that stands where a secret is; send the secret itself"})
		}
	}
}
