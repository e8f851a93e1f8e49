module provisioner

go 1.24.0

require (
	k8s.io/api v0.34.3
	k8s.io/apimachinery v0.34.3
	k8s.io/client-go v0.34.3
	sigs.k8s.io/sig-storage-lib-external-provisioner/v13 v13.0.0
)
