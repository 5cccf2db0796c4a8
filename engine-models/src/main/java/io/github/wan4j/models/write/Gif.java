package io.github.wan4j.models.write;

import io.github.wan4j.video.Frame;
import io.github.wan4j.video.FrameSink;
import io.github.wan4j.video.VideoFormat;
import io.github.wan4j.video.VideoInfo;
import io.github.wan4j.video.WriteOptions;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.FileImageOutputStream;

/** An animated GIF that loops for ever; every frame has a palette of its own. */
public final class Gif implements VideoFormat {
    private static final int LARGEST = 65_535;

    @Override
    public String extension() {
        return "gif";
    }

    @Override
    public FrameSink<Path> begin(Path file, VideoInfo info, WriteOptions options) {
        AtomicFile target = AtomicFile.create(file, options.existing());
        return FileSink.open(target, info, () -> new Animation(target.temporary(), info));
    }

    /** How long frame {@code index} stands, in hundredths of a second; rounded so that the sum over frames is right. */
    static int delay(int index, int fps) {
        return (int) (Math.round((index + 1) * 100.0 / fps) - Math.round(index * 100.0 / fps));
    }

    /** One frame after the other through ImageIO. */
    private static final class Animation implements FrameWriter {
        private final VideoInfo info;
        private final ImageWriter writer;
        private final FileImageOutputStream out;
        private boolean closed;

        Animation(Path file, VideoInfo info) throws IOException {
            if (info.width() > LARGEST || info.height() > LARGEST) {
                throw new IOException("a GIF has sides of at most " + LARGEST + " pixels");
            }
            this.info = info;
            writer = ImageIO.getImageWritersByFormatName("gif").next();
            out = new FileImageOutputStream(file.toFile());
            try {
                writer.setOutput(out);
                writer.prepareWriteSequence(null);
            } catch (IOException e) {
                close();
                throw e;
            }
        }

        @Override
        public void write(Frame frame) throws IOException {
            BufferedImage image = Palette.of(frame).apply(frame);
            IIOMetadata metadata = writer.getDefaultImageMetadata(new ImageTypeSpecifier(image), null);
            String format = metadata.getNativeMetadataFormatName();
            IIOMetadataNode root = (IIOMetadataNode) metadata.getAsTree(format);
            root.appendChild(node(
                    "GraphicControlExtension",
                    "disposalMethod",
                    "none",
                    "userInputFlag",
                    "FALSE",
                    "transparentColorFlag",
                    "FALSE",
                    "delayTime",
                    Integer.toString(delay(frame.index(), info.fps())),
                    "transparentColorIndex",
                    "0"));
            if (frame.index() == 0) {
                root.appendChild(loopForEver());
                IIOMetadataNode comments = new IIOMetadataNode("CommentExtensions");
                comments.appendChild(node("CommentExtension", "value", Metadata.toJson(info)));
                root.appendChild(comments);
            }
            metadata.setFromTree(format, root);
            writer.writeToSequence(new IIOImage(image, null, metadata), null);
        }

        private static IIOMetadataNode loopForEver() {
            IIOMetadataNode application =
                    node("ApplicationExtension", "applicationID", "NETSCAPE", "authenticationCode", "2.0");
            application.setUserObject(new byte[] {1, 0, 0});
            IIOMetadataNode extensions = new IIOMetadataNode("ApplicationExtensions");
            extensions.appendChild(application);
            return extensions;
        }

        private static IIOMetadataNode node(String name, String... attributes) {
            IIOMetadataNode node = new IIOMetadataNode(name);
            for (int i = 0; i < attributes.length; i += 2) {
                node.setAttribute(attributes[i], attributes[i + 1]);
            }
            return node;
        }

        @Override
        public void finish() throws IOException {
            writer.endWriteSequence();
            out.flush();
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                writer.dispose();
                out.close();
            }
        }
    }
}
