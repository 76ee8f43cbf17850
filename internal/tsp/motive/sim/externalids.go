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
func postExternalID(tx *simkit.Tx, c *simkit.Call) (any, error) {
	collection := collectionOf(simkit.Text(c.Body, "external_id_holder_type"))
	if _, err := exists(tx, collection, "external_id_holder_id", simkit.Int(c.Body, "external_id_holder_id")); err != nil {
		return nil, err
	}
	id := newID(tx, externalIDIDs)
	if err := putExternalID(tx, id, merge(simkit.Object{}, c.Body)); err != nil {
		return nil, err
	}
	i, _ := tx.Get(externalIDs, idText(id))
	return i.Object, nil
}

func putExternalIDRecord(tx *simkit.Tx, c *simkit.Call) (any, error) {
	i, err := tx.Find(externalIDs, c.ID())
	if err != nil {
		return nil, err
	}
	o := merge(i.Object, c.Body)
	if err := putExternalID(tx, simkit.Int(i.Object, "id"), o); err != nil {
		return nil, err
	}
	tx.NoteChange(externalIDs, simkit.Int(i.Object, "id"), c.Body)
	return o, nil
}
