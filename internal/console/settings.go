package console

import "net/http"

// Fact is something that is so of this installation, and may be shown to everybody who may see the console.
type Fact struct{ Name, Value string }

// settingsView is what the page of the settings shows.
type settingsView struct {
	Facts    []Fact
	Tables   Tables
	Replicas []replicaRow
	Themes   []option
}

// showSettings shows what the installation is set to and who works on it, and lets the visitor choose how it looks.
func (c *Console) showSettings(r *http.Request, who Visitor) (answer, error) {
	v := settingsView{Facts: c.Facts}
	for _, one := range []option{{Value: "system", Word: "As the system"}, {Value: "light", Word: "Light"}, {Value: "dark", Word: "Dark"}} {
		one.Chosen = one.Value == theme(r)
		v.Themes = append(v.Themes, one)
	}
	var err error
	if v.Tables, err = c.Installation.Tables(r.Context()); err != nil {
		return answer{}, err
	}
	v.Replicas, err = c.replicaRows(r.Context())
	return answer{sheet: sheet{name: "settings", Title: "Settings", Place: "Settings", Content: v}}, err
}
