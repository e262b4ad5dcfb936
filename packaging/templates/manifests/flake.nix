{
  description = "ssh into any running container of a Kubernetes cluster";

  inputs.nixpkgs.url = "nixpkgs";

  outputs = { self, nixpkgs }:
    let
      archives = {
        x86_64-linux = { platform = "linux-amd64"; sha256 = "@SHA256:linux-amd64@"; };
        aarch64-linux = { platform = "linux-arm64"; sha256 = "@SHA256:linux-arm64@"; };
        x86_64-darwin = { platform = "darwin-amd64"; sha256 = "@SHA256:darwin-amd64@"; };
        aarch64-darwin = { platform = "darwin-arm64"; sha256 = "@SHA256:darwin-arm64@"; };
      };
    in {
      packages = nixpkgs.lib.mapAttrs (system: archive:
        let pkgs = nixpkgs.legacyPackages.${system}; in {
          default = pkgs.stdenvNoCC.mkDerivation {
            pname = "sshpod";
            version = "@VERSION@";
            src = pkgs.fetchurl {
              url = "@ADDRESS@/download/v@VERSION@/sshpod-@VERSION@-${archive.platform}.tar.gz";
              inherit (archive) sha256;
            };
            dontStrip = true;
            installPhase = ''
              install -Dm755 sshpod $out/bin/sshpod
              install -Dm644 sshpod.1 $out/share/man/man1/sshpod.1
            '';
          };
        }) archives;
    };
}
