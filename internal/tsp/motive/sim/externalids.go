package sim

import "github.com/waybill-dev/waybill/internal/tsp/simkit"

var externalIDRequired = []string{"external_id", "integration_name", "external_id_holder_id", "external_id_holder_type"}

// externalIDShape is what POST /v1/external_ids takes. The page lists query parameters; a body is taken as well.
func externalIDShape() simkit.Shape {
	return externalIDPutShape().With(simkit.Shape{
		"external_id_holder_id":   simkit.Integer,
		"external_id_holder_type": simkit.Enum(holdsUser, holdsVehicle, holdsAsset, holdsGroup),
	})
}

func externalIDPutShape() simkit.Shape {
	return simkit.Shape{"external_id": simkit.String(1, 0), "integration_name": simkit.String(1, 0)}
}

// postExternalID adds an external id to a record. Its answer is documented without an envelope.
func postExternalID(tx *simkit.Tx, c *call) (any, error) {
	collection := collectionOf(text(c.body, "external_id_holder_type"))
	if _, err := exists(tx, collection, "external_id_holder_id", number(c.body, "external_id_holder_id")); err != nil {
		return nil, err
	}
	id := newID(tx, externalIDIDs)
	if err := putExternalID(tx, id, merge(simkit.Object{}, c.body)); err != nil {
		return nil, err
	}
	i, _ := tx.Get(externalIDs, idText(id))
	return i.Object, nil
}

func putExternalIDRecord(tx *simkit.Tx, c *call) (any, error) {
	i, err := c.get(tx, externalIDs)
	if err != nil {
		return nil, err
	}
	o := merge(i.Object, c.body)
	if err := putExternalID(tx, number(i.Object, "id"), o); err != nil {
		return nil, err
	}
	noteChange(tx, externalIDs, c)
	return o, nil
}

func deleteExternalID(tx *simkit.Tx, c *call) (any, error) {
	if _, err := c.get(tx, externalIDs); err != nil {
		return nil, err
	}
	tx.Delete(externalIDs, c.id)
	return nil, nil
}
