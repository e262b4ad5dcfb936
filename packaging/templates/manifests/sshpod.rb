# A formula of Homebrew.
class Sshpod < Formula
  desc "Ssh into any running container of a Kubernetes cluster"
  homepage "@ADDRESS@"
  version "@VERSION@"
  license "MIT"

  on_macos do
    on_arm do
      url "@ADDRESS@/download/v@VERSION@/sshpod-@VERSION@-darwin-arm64.tar.gz"
      sha256 "@SHA256:darwin-arm64@"
    end
    on_intel do
      url "@ADDRESS@/download/v@VERSION@/sshpod-@VERSION@-darwin-amd64.tar.gz"
      sha256 "@SHA256:darwin-amd64@"
    end
  end

  on_linux do
    on_arm do
      url "@ADDRESS@/download/v@VERSION@/sshpod-@VERSION@-linux-arm64.tar.gz"
      sha256 "@SHA256:linux-arm64@"
    end
    on_intel do
      url "@ADDRESS@/download/v@VERSION@/sshpod-@VERSION@-linux-amd64.tar.gz"
      sha256 "@SHA256:linux-amd64@"
    end
  end

  def install
    bin.install "sshpod"
    man1.install "sshpod.1"
    generate_completions_from_executable(bin/"sshpod", "completion", shells: [:bash, :zsh, :fish])
  end

  def caveats
    "Run `sshpod configure` once: it adds one line to ~/.ssh/config."
  end

  test do
    assert_match "OpenSSH", shell_output("#{bin}/sshpod version")
  end
end
