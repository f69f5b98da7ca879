package stage

import "path/filepath"

// ElasticDisk is the directory on which Elasticsearch's small file system is mounted; "" = it has none.
func (s *Stage) ElasticDisk() string {
	if s.cast.ElasticDisk == 0 {
		return ""
	}
	return s.house.elasticData()
}

func (h *House) elasticData() string { return filepath.Join(h.home("elastic"), "home", "data") }
